/** What the type tests import: one place to point elsewhere. */
export * from 'blazeorm';
