/** What the type tests import. Switch it to 'blazeorm' when the package exports all of it. */
export * from './stub.ts';
