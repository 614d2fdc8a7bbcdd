/** Stands for the package while the runtime is not there: the values of `blazeorm` with their types. */
import type {
  AggregateFunctions,
  CheckFunction,
  CombineFunction,
  FieldBuilders,
  IndexFunction,
  Model,
  ModelFunction,
  NotFunction,
  Q as Condition,
  QConstructor,
  SessionApi,
  SqlTag,
  UniqueFunction,
} from '../../src/core/types/index.ts';

export type * from '../../src/core/types/index.ts';
export * from '../../src/query/lookups.ts';

export declare const f: FieldBuilders;
export declare const model: ModelFunction;
export declare const index: IndexFunction;
export declare const unique: UniqueFunction;
export declare const check: CheckFunction;
export declare const and: CombineFunction;
export declare const or: CombineFunction;
export declare const not: NotFunction;
export declare const Q: QConstructor;
export type Q<M extends Model> = Condition<M>;
export declare const sql: SqlTag;
export declare const count: AggregateFunctions['count'];
export declare const sum: AggregateFunctions['sum'];
export declare const avg: AggregateFunctions['avg'];
export declare const min: AggregateFunctions['min'];
export declare const max: AggregateFunctions['max'];
export type Session = SessionApi;
