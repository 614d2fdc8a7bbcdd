/** What tables of PostgreSQL have and no model can say. */
import type { Rows } from '../../adapters/adapter.ts';
import type { TableSchema } from '../../core/ast/schema.ts';
import { otherTypes } from './other-types.ts';
import { quoted } from './parts.ts';
import { SEQUENCE } from './postgres-columns.ts';
import type { PostgresReading } from './postgres-columns.ts';
import { isSamePostgresType } from './postgres-types.ts';
import { textOf, textsIn } from './source.ts';

/** @param row Of the query on relations. */
export function noteOptions({ note }: PostgresReading, row: Rows[number]): void {
  const [table, kind, , , secured, unlogged, inherits, triggers, rules] = row as [
    ...[string, string, unknown, unknown, boolean, boolean, boolean, string, string],
  ];
  if (kind === 'p') note(table, 'It has partitions, which no model can say.');
  if (inherits) note(table, 'It inherits from another table, which no model can say.');
  if (unlogged) note(table, 'It is UNLOGGED, which no model can say.');
  if (secured) note(table, 'Its rows are guarded by policies (ROW LEVEL SECURITY), which no model can say.');
  for (const trigger of textsIn(triggers)) note(table, `It has the trigger '${trigger}', which no model can say.`);
  for (const rule of textsIn(rules)) note(table, `It has the rule '${rule}', which no model can say.`);
}

/** @param rows Those of its columns. */
export function noteColumns({ dialect, types, note }: PostgresReading, table: TableSchema, rows: Rows): void {
  // What is said of domains is said of each column.
  const declared = rows
    .map(([, name, type]) => [textOf(name), textOf(type)] as const)
    .filter(([, type]) => !types.domains.has(type));
  const others = otherTypes(dialect, table, new Map(declared), isSamePostgresType);
  if (others !== undefined) note(table.name, others);
  for (const [, name, type] of rows) {
    const own = underlying(textOf(type), types.domains);
    const extension = types.all.get(own);
    const values = types.enums.get(own);
    if (!types.all.has(own)) continue;
    const sql =
      extension !== undefined
        ? `CREATE EXTENSION ${extension}`
        : `CREATE TYPE ${own}${values === undefined ? '' : ` AS ENUM (${values.map(quoted).join(', ')})`}`;
    note(
      table.name,
      `The column '${textOf(name)}' is of a type that no model makes: begin the first migration with runSql() and ${sql}.`,
    );
  }
  for (const { name, default: given } of table.columns) {
    const [, sequence] = typeof given === 'string' ? (SEQUENCE.exec(given) ?? []) : [];
    if (sequence !== undefined)
      note(
        table.name,
        `The column '${name}' counts by a sequence that no model makes: begin the first migration with runSql() and CREATE SEQUENCE ${sequence.replaceAll("''", "'")}.`,
      );
  }
}

/** What an array has in it, and a domain is made of; without sizes. */
function underlying(type: string, domains: ReadonlyMap<string, string>): string {
  const bare = type.replace(/(?:\[\])+$/, '');
  const base = domains.get(bare);
  return base === undefined ? bare.replace(/\([^()"]*\)$/, '') : underlying(base, domains);
}
