export * from '../../src/testing/support/pictures.ts';
