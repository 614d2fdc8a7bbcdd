import type { ColumnSchema, TableSchema } from '../../../core/ast/schema.ts';
import { shortName } from '../../../utils/naming.ts';
import { backFill } from '../../operations/back-fill.ts';
import type { Operation } from '../../operations/operation.ts';
import type { Place, Stage } from '../finding.ts';
import { required, tableLike } from './stages.ts';

/** Two columns of a table that hold the same for a while, kept in step by a trigger (PostgreSQL). */
interface Bridge {
  readonly table: TableSchema;
  readonly from: ColumnSchema;
  readonly to: ColumnSchema;
  /** SQL that makes a value of the new column from the old one. */
  readonly value: string;
  /** Whether what is written into the new column comes back into the old one. */
  readonly both: boolean;
}

/**
 * A column gets another type: a new one beside it, kept in step, filled, and put in its place in one transaction. Code sees
 * the same name all the time.
 */
export function retyped(
  place: Place,
  table: TableSchema,
  from: ColumnSchema,
  to: ColumnSchema,
  value: string,
): Stage[] {
  const next = { ...to, name: shortName(`${to.name}_next`) };
  const bridge = { table, from, to: next, value, both: false };
  const [first, ...others] = filled(place, bridge);
  const { last } = required(place, table, { ...next, default: undefined });
  const swap: Operation[] = [
    ...unbridge(place, bridge),
    ...(to.nullable ? [] : last),
    { kind: 'dropColumn', table, column: from.name },
    { kind: 'renameColumn', table, from: next.name, to: to.name },
    ...(to.default === undefined ? [] : [alter(table, to)]),
  ];
  const stages = [first!, ...others];
  return [
    ...stages.slice(0, -1),
    {
      ...stages.at(-1)!,
      then: `Deploy code that does not read ${table.name}.${to.name}, or that prepares no statements ({ prepare: false }), until the next stage is applied: a statement that was prepared before its column changed fails once on each connection.`,
    },
    { operations: swap.map(plainTable) },
  ];
}

/** A column gets another name: a new one beside it, kept in step both ways, until no code knows the old one. */
export function renamed(place: Place, table: TableSchema, from: ColumnSchema, name: string): Stage[] {
  const to = { ...from, name };
  const bridge = { table, from, to, value: place.dialect.quote(from.name), both: true };
  const stages = filled(place, bridge);
  const { last } = required(place, table, { ...to, default: undefined });
  const end: Operation[] = [
    ...unbridge(place, bridge),
    ...(to.nullable ? [] : last),
    ...(to.default === undefined ? [] : [alter(table, to)]),
    { kind: 'dropColumn', table, column: from.name },
  ];
  return [
    ...stages.slice(0, -1),
    { ...stages.at(-1)!, then: `Deploy code that reads and writes ${name}, and nothing that knows ${from.name}.` },
    { operations: end.map(plainTable) },
  ];
}

/** The new column, with all its values, and a check that they are there where they have to be. */
function filled(place: Place, bridge: Bridge): Stage[] {
  const { table, from, to, value } = bridge;
  const { dialect } = place;
  const [old, fresh] = [dialect.quote(from.name), dialect.quote(to.name)];
  const column = { ...to, nullable: true, default: undefined };
  const add: Operation = { kind: 'addColumn', table, column, fill: undefined };
  return [
    { operations: [add, ...bridged(place, bridge)].map(plainTable) },
    {
      operations: [
        backFill(tableLike(table), { [to.name]: value }, { where: `${fresh} IS NULL AND ${old} IS NOT NULL` }),
      ],
    },
    ...(to.nullable
      ? []
      : required(place, table, to).before.map(({ operations }) => ({ operations: operations.map(plainTable) }))),
  ];
}

function bridged({ dialect }: Place, { table, from, to, value, both }: Bridge): Operation[] {
  const name = dialect.quote(bridgeName(table, from));
  const [old, fresh] = [dialect.quote(from.name), dialect.quote(to.name)];
  const forth = `SELECT ${value} INTO NEW.${fresh} FROM (SELECT NEW.*) AS written;`;
  const back = `NEW.${old} := NEW.${fresh};`;
  const body = both
    ? `IF TG_OP = 'INSERT' THEN IF NEW.${fresh} IS NULL THEN ${forth} ELSE ${back} END IF; ELSIF NEW.${fresh} IS DISTINCT FROM OLD.${fresh} THEN ${back} ELSE ${forth} END IF;`
    : forth;
  const up = [
    `CREATE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql AS $bridge$ BEGIN ${body} RETURN NEW; END $bridge$`,
    `CREATE TRIGGER ${name} BEFORE INSERT OR UPDATE ON ${onTable(dialect, table)} FOR EACH ROW EXECUTE FUNCTION ${name}()`,
  ];
  return [sql(up, down(dialect, table, from))];
}

function unbridge({ dialect }: Place, { table, from }: Bridge): Operation[] {
  return [sql(down(dialect, table, from), [])];
}

function down(dialect: Place['dialect'], table: TableSchema, from: ColumnSchema): string[] {
  const name = dialect.quote(bridgeName(table, from));
  return [`DROP TRIGGER ${name} ON ${onTable(dialect, table)}`, `DROP FUNCTION ${name}()`];
}

function sql(up: readonly string[], back: readonly string[]): Operation {
  return { kind: 'runSql', up, down: back, operations: [], outside: false, reviewed: true };
}

function bridgeName(table: TableSchema, from: ColumnSchema): string {
  return shortName(`${table.name}_${from.name}_bridge`);
}

function onTable(dialect: Place['dialect'], { schema, name }: TableSchema): string {
  return schema === undefined ? dialect.quote(name) : dialect.quote(schema, name);
}

function alter(table: TableSchema, column: ColumnSchema): Operation {
  return { kind: 'alterColumn', table, column, fill: undefined, using: undefined };
}

/** Operations name tables, and hold no others. */
function plainTable(operation: Operation): Operation {
  if (!('table' in operation) || operation.kind === 'createTable') return operation;
  const { schema, name } = operation.table;
  return { ...operation, table: { schema, name } };
}
