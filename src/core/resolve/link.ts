import { shortName, snakeCase } from '../../utils/naming.ts';
import type { ModelDefinition } from '../definitions.ts';

/** The definition of a link table that the library makes; it follows the table of the model that it belongs to. */
export function definitionOfLink(
  table: string,
  {
    schema,
    renamedFrom,
    relation,
  }: { readonly schema: string | undefined; readonly renamedFrom: string | undefined; readonly relation: string },
): ModelDefinition {
  return {
    name: table,
    fields: {},
    options: {
      table,
      ...(schema === undefined ? {} : { schema }),
      ...(renamedFrom === undefined ? {} : { renamedFrom: linkTable(renamedFrom, relation) }),
    },
  };
}

/** What a link table is called that has no name of its own. */
export function linkTable(table: string, relation: string): string {
  return shortName(`${table}_${snakeCase(relation)}`);
}

/** What a column of a side is called; `prefix` where both sides are of one model, `end` by the column of a composite key. */
export function linkColumn(prefix: string, model: string, end = 'id'): string {
  return [prefix, snakeCase(model), end].filter((part) => part !== '').join('_');
}
