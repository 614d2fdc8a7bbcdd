/** Every public type of models and queries. Types only: nothing here exists at run time. */
export type * from './builders.ts';
export type * from './columns.ts';
export type * from './definition.ts';
export type * from './expressions.ts';
export type * from './graph.ts';
export type * from './lookups.ts';
export type * from './session.ts';
