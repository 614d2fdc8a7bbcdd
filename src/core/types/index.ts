/** Every public type of models and queries. Types only: nothing here exists at run time. */
export type * from './builders.ts';
export type * from './columns.ts';
export type * from './conditions.ts';
export type * from './creation.ts';
export type * from './definition.ts';
export type * from './entity.ts';
export type * from './expressions.ts';
export type * from './instance.ts';
export type * from './lookups.ts';
export type * from './pages.ts';
export type * from './paths.ts';
export type * from './queryset.ts';
export type * from './relations.ts';
export type * from './scopes.ts';
export type * from './session.ts';
export type * from './subqueries.ts';
export type * from './values-set.ts';
