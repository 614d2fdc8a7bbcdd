/** Views: what the option `view` of `model` takes. */
import type { Fields } from './columns.ts';
import type { Model, ModelType } from './entity.ts';
import type { SqlFragment } from './sql.ts';
import type { KeyName, Shape } from './instance.ts';
import type { QuerySet } from './queryset.ts';
import type { CompiledSql } from './values-set.ts';

/** The columns of a view, by the names of the model's fields. */
export type ViewRow<F extends Fields> = {
  readonly [K in keyof Shape<F, KeyName<F>>['column']]: K extends keyof F ? F[K]['~value'] : KeyValueOf<F, K>;
};
type KeyValueOf<F extends Fields, K> = K extends `${infer N}Id` ? F[N]['~key']['~value'] : never;

/** A query for the rows of a view: `values()`, or entities of a model with the same fields. */
export interface ViewQuery<out Row> {
  all(): Promise<Row[]>;
  toSQL(): CompiledSql;
}

/** Where the query of a view begins. */
export type ViewSource = <M extends Model>(model: ModelType<M>) => QuerySet<M>;

/** What a view shows. */
export type ViewDefinition<F extends Fields> =
  | true
  | SqlFragment
  | ((query: ViewSource) => ViewQuery<ViewRow<F>> | SqlFragment);
