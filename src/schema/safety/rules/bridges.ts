import type { ColumnSchema, TableSchema } from '../../../core/ast/schema.ts';
import { backFill } from '../../operations/back-fill.ts';
import type { Operation } from '../../operations/operation.ts';
import type { Place, Stage } from '../finding.ts';
import { abilitiesOf } from '../words.ts';
import { alter, bridgeName, nextOf, ownSql, plainTable, quotedTable } from './bridge.ts';
import type { Bridge } from './bridge.ts';
import { renamedLocked, retypedLocked } from './bridges-mysql.ts';
import { required, tableLike } from './stages.ts';
import { addTwins, swapTwins, twinsOf } from './twins.ts';
import type { Twin } from './twins.ts';

/**
 * A column gets another type: a new one beside it, kept in step, filled, and put in its place at once. Code sees the same name all
 * the time.
 *
 * @param using SQL of a new value, in terms of the row; the old value as it is, by default.
 */
export function retyped(
  place: Place,
  table: TableSchema,
  from: ColumnSchema,
  to: ColumnSchema,
  using: string | undefined,
): Stage[] {
  const old = place.dialect.quote(from.name);
  if (abilitiesOf(place).bridges === 'locked') return retypedLocked(place, table, from, to, using ?? old);
  const next = nextOf(to);
  const value = using ?? place.dialect.conversion(from, to.type);
  const bridge = { table, from, to: next, value, both: false };
  const twins = twinsOf(table, from.name, next.name);
  const { drops, renames } = swapTwins(table, twins);
  const stages = filled(place, bridge, twins);
  const { last } = required(place, table, { ...next, default: undefined });
  const swap: Operation[] = [
    ...unbridge(place, bridge),
    ...(to.nullable ? [] : last),
    ...drops,
    { kind: 'dropColumn', table, column: from.name },
    { kind: 'renameColumn', table, from: next.name, to: to.name },
    ...renames,
    ...(to.default === undefined ? [] : [alter(table, to)]),
  ];
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
  if (abilitiesOf(place).bridges === 'locked') return renamedLocked(place, table, from, name);
  const to = { ...from, name };
  const bridge = { table, from, to, value: place.dialect.quote(from.name), both: true };
  const twins = twinsOf(table, from.name, name);
  const { drops, renames } = swapTwins(table, twins);
  const stages = filled(place, bridge, twins);
  const { last } = required(place, table, { ...to, default: undefined });
  const end: Operation[] = [
    ...unbridge(place, bridge),
    ...(to.nullable ? [] : last),
    ...(to.default === undefined ? [] : [alter(table, to)]),
    ...drops,
    { kind: 'dropColumn', table, column: from.name },
    ...renames,
  ];
  return [
    ...stages.slice(0, -1),
    { ...stages.at(-1)!, then: `Deploy code that reads and writes ${name}, and nothing that knows ${from.name}.` },
    { operations: end.map(plainTable) },
  ];
}

/** The new column, with all its values, a check that they are there where they have to be, and its indexes. */
function filled(place: Place, bridge: Bridge, twins: readonly Twin[]): Stage[] {
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
    ...(twins.length === 0 ? [] : [{ operations: addTwins(table, twins, true).map(plainTable) }]),
  ];
}

function bridged(place: Place, bridge: Bridge): Operation[] {
  return [ownSql(bridgeSql(place, bridge), unbridgeSql(place, bridge))];
}

function unbridge(place: Place, bridge: Bridge): Operation[] {
  return [ownSql(unbridgeSql(place, bridge), bridgeSql(place, bridge))];
}

function bridgeSql({ dialect }: Place, { table, from, to, value, both }: Bridge): string[] {
  const name = dialect.quote(bridgeName(table, from));
  const [old, fresh] = [dialect.quote(from.name), dialect.quote(to.name)];
  const forth = `SELECT ${value} INTO NEW.${fresh} FROM (SELECT NEW.*) AS written;`;
  const back = `NEW.${old} := NEW.${fresh};`;
  const body = both
    ? `IF TG_OP = 'INSERT' THEN IF NEW.${fresh} IS NULL THEN ${forth} ELSE ${back} END IF; ELSIF NEW.${fresh} IS DISTINCT FROM OLD.${fresh} THEN ${back} ELSE ${forth} END IF;`
    : forth;
  return [
    `CREATE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql AS $bridge$ BEGIN ${body} RETURN NEW; END $bridge$`,
    `CREATE TRIGGER ${name} BEFORE INSERT OR UPDATE ON ${quotedTable(dialect, table)} FOR EACH ROW EXECUTE FUNCTION ${name}()`,
  ];
}

function unbridgeSql({ dialect }: Place, { table, from }: Bridge): string[] {
  const name = dialect.quote(bridgeName(table, from));
  return [`DROP TRIGGER ${name} ON ${quotedTable(dialect, table)}`, `DROP FUNCTION ${name}()`];
}
