import type { ModelDefinition } from '../definitions.ts';

/** The definition of a link table that the library makes. */
export function definitionOfLink(table: string, schema: string | undefined): ModelDefinition {
  return { name: table, fields: {}, options: { table, ...(schema === undefined ? {} : { schema }) } };
}
