export * from '../../src/testing/support/models.ts';
