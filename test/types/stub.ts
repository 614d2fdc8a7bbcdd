/** Stands for the package while the runtime is not there. */
import type { AggregateFunctions, CheckFunction, CombineFunction, FieldBuilders, IndexFunction, ModelFunction, NotFunction, QConstructor, SessionApi, SqlTag, UniqueFunction } from '../../src/core/types/index.ts';
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
export declare const sql: SqlTag;
export declare const count: AggregateFunctions['count'];
export declare const sum: AggregateFunctions['sum'];
export declare const avg: AggregateFunctions['avg'];
export declare const min: AggregateFunctions['min'];
export declare const max: AggregateFunctions['max'];
export interface Session extends SessionApi {}
