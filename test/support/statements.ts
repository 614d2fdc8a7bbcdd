export * from '../../src/testing/support/statements.ts';
