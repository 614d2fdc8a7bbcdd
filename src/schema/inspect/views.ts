import type { ColumnSchema, TableSchema } from '../../core/ast/schema.ts';
import type { IntrospectedView } from '../introspect/source.ts';
import type { Names } from './names.ts';
import { planModel } from './plan.ts';
import type { ModelPlan } from './plan.ts';

/** A view that is a model, and its query. */
export interface ViewPlan {
  readonly model: ModelPlan;
  readonly sql: string;
}

/** Models of views whose rows can be told apart; a warning for each of the others. */
export function planViews(
  views: readonly IntrospectedView[],
  classes: Names,
  warn: (text: string) => void,
): ViewPlan[] {
  return views.flatMap((view) => {
    const key = keyOf(view.columns);
    if (typeof view.sql !== 'string' || key === undefined) {
      warn(
        `The view '${view.name}' is no model: it has no column that is called 'id' or ends so, by which its rows could be told apart.`,
      );
      return [];
    }
    if (key.name.toLowerCase() !== 'id')
      warn(
        `The view '${view.name}' has no key: its rows are told apart by '${key.name}'. Name another with { primaryKey: [...] } if several have the same.`,
      );
    return [{ model: planModel(tableOf(view, key), classes), sql: view.sql }];
  });
}

/** A view as the table that it looks like. */
function tableOf({ schema, name, columns }: IntrospectedView, key: ColumnSchema): TableSchema {
  return {
    schema,
    name,
    columns: columns.map((column) => ({ ...column, identity: false, default: undefined, nullable: column !== key })),
    primaryKey: [key.name],
    foreignKeys: [],
    indexes: [],
    checks: [],
    comment: undefined,
  };
}

/** A view has no key: a column that is called like one, or the first where it is called like another's. */
function keyOf(columns: readonly ColumnSchema[]): ColumnSchema | undefined {
  const own = columns.find(({ name }) => name.toLowerCase() === 'id');
  return own ?? (/(?:_id|[a-z]Id)$/.test(columns[0]?.name ?? '') ? columns[0] : undefined);
}
