import type { TableName } from '../../../core/ast/schema.ts';
import { keyOf } from '../../creation-order.ts';
import type { Operation, SqlText } from '../../operations/operation.ts';
import type { Place, Remark } from '../finding.ts';
import type { Deed } from '../sql/deed.ts';
import { abilitiesOf, blocked, tableBefore } from '../words.ts';
import { changesSchema } from './data.ts';

/** Looks at an operation that SQL amounts to. */
export type Look = (operation: Operation, place: Place) => Remark[];

export function runSql(operation: Extract<Operation, { kind: 'runSql' }>, place: Place, look: Look): Remark[] {
  if (operation.reviewed === true) return [];
  return statementsOf(operation.up, place.dialect.id).flatMap((sql) => statement(sql, operation, place, look));
}

function statementsOf(text: SqlText, id: string): readonly string[] {
  const own = typeof text === 'string' || Array.isArray(text) ? text : (text as Readonly<Record<string, unknown>>)[id];
  return (typeof own === 'string' ? [own] : (own ?? [])) as readonly string[];
}

function statement(sql: string, operation: Extract<Operation, { kind: 'runSql' }>, place: Place, look: Look): Remark[] {
  const deeds = place.parser?.(sql);
  if (deeds === undefined) return [unseen(sql, place)];
  return deeds.flatMap((deed) => ofDeed(deed, operation, place, look));
}

function unseen(sql: string, { parser, dialect }: Place): Remark {
  return {
    rule: 'SQL that nobody looked at',
    severity: 'unknown',
    what: `Nobody has looked at what '${short(sql)}' does to those who use the database.`,
    grows: false,
    remedy:
      parser === undefined
        ? `Install ${dialect.id === 'postgres' ? 'libpg-query' : 'node-sql-parser'}, which reads it; or say that you have looked: runSql(…, { reviewed: true }).`
        : 'It cannot be read. Say that you have looked: runSql(…, { reviewed: true }).',
  };
}

function ofDeed(deed: Deed, operation: Extract<Operation, { kind: 'runSql' }>, place: Place, look: Look): Remark[] {
  switch (deed.kind) {
    case 'operation':
      return ofOperation(deed.operation, operation, place, look);
    case 'rows':
      return ofRows(deed, operation, place);
    case 'truncate':
      return [
        {
          rule: 'truncate',
          severity: 'loses',
          what: `Every row of ${deed.table} is gone${deed.cascade ? ', and of each table that refers to it' : ''}, while readers and writers wait.`,
          grows: false,
          remedy: 'Delete what is meant, in batches.',
        },
      ];
    case 'alter':
      return ofAlter(deed, operation, place, look);
    case 'whole':
      return [
        {
          rule: 'whole table',
          severity: 'blocks',
          what: `${deed.by} keeps readers and writers of ${deed.table} waiting until it is done.`,
          grows: true,
          remedy: deed.instead,
        },
      ];
    case 'drop':
      return [
        {
          rule: `drop ${deed.what}`,
          severity: 'loses',
          what: `The ${deed.what} ${deed.name} is gone, with all that is in it.`,
          grows: false,
          remedy: 'Keep a copy of it.',
        },
      ];
    case 'transaction':
      return [
        {
          rule: 'nested transaction',
          severity: 'fails',
          what: 'The migration has a transaction of its own, which this would end or begin again.',
          grows: false,
          remedy: 'Leave it away; { outside: true } is without a transaction.',
        },
      ];
    case 'concurrently':
      if (operation.outside || !abilitiesOf(place).transactional) return [];
      return [
        {
          rule: 'concurrently in a transaction',
          severity: 'fails',
          what: `${deed.what} refuses to be part of a transaction.`,
          grows: false,
          remedy: 'Say so: runSql(…, { outside: true }).',
        },
      ];
    case 'strange':
      return [
        {
          rule: 'SQL that nobody looked at',
          severity: 'unknown',
          what: `What ${deed.what} does to those who use the database is not known here.`,
          grows: false,
          remedy: 'Look at it, and say so: runSql(…, { reviewed: true }).',
        },
      ];
    case 'harmless':
      return [];
  }
}

/** The usual rules; what they would generate is beside what the SQL says, so they generate nothing. */
function ofOperation(
  inner: Operation,
  operation: Extract<Operation, { kind: 'runSql' }>,
  place: Place,
  look: Look,
): Remark[] {
  if (inner.kind === 'createTable') return [];
  if ('table' in inner && place.created?.has(keyOf(inner.table)) === true) return [];
  const isConcurrent = (inner.kind === 'addIndex' || inner.kind === 'dropIndex') && inner.concurrently;
  const nested = isConcurrent
    ? ofDeed({ kind: 'concurrently', what: 'CREATE or DROP INDEX CONCURRENTLY' }, operation, place, look)
    : [];
  const located = inner.kind === 'dropIndex' ? { ...inner, table: tableOfIndex(inner, place) } : inner;
  return [...nested, ...look(located, place).map((remark) => ({ ...remark, safe: undefined }))];
}

/** PostgreSQL drops an index without a word on its table. */
function tableOfIndex({ table, name }: Extract<Operation, { kind: 'dropIndex' }>, { before }: Place): TableName {
  return before.tables.find(({ indexes }) => indexes.some((index) => index.name === name)) ?? table;
}

/** A column that changes in part; one that nobody knows may have been anything. */
function ofAlter(
  { table: name, column, change }: Extract<Deed, { kind: 'alter' }>,
  operation: Extract<Operation, { kind: 'runSql' }>,
  place: Place,
  look: Look,
): Remark[] {
  const table = { schema: undefined, name };
  const from = tableBefore(place, table)?.columns.find((other) => other.name === column);
  if (from !== undefined) {
    const to = { ...from, ...change };
    return ofOperation(
      { kind: 'alterColumn', table, column: to, fill: undefined, using: undefined },
      operation,
      place,
      look,
    );
  }
  if (change.type === undefined && change.nullable === true) return [];
  return blocked(place, change.type === undefined ? 'requireValues' : 'retype', table, {
    rule: change.type === undefined ? 'require value' : 'change type',
    remedy: `Nobody knows what ${name}.${column} was before: look yourself.`,
  });
}

function ofRows(
  { verb, table, all }: Extract<Deed, { kind: 'rows' }>,
  operation: Extract<Operation, { kind: 'runSql' }>,
  place: Place,
): Remark[] {
  if (place.created?.has(keyOf({ schema: undefined, name: table })) === true) return [];
  if (all && verb === 'delete')
    return [
      {
        rule: 'delete every row',
        severity: 'loses',
        what: `Every row of ${table} is gone.`,
        grows: true,
        remedy: 'Say which rows are meant.',
      },
    ];
  const isLong = abilitiesOf(place).transactional && !operation.outside && place.earlier.some(changesSchema);
  if (!isLong && !all) return [];
  return [
    {
      rule: isLong ? 'fill while altering' : 'update every row',
      severity: 'blocks',
      what: isLong
        ? `What the migration has locked stays locked while rows of ${table} are written.`
        : `Every row of ${table} is updated at once, and stays locked until all are.`,
      grows: true,
      remedy: `Fill them in batches, in a migration of its own: backFill('${table}', { … }).`,
    },
  ];
}

const LONGEST = 60;

function short(sql: string): string {
  const line = sql.trim().replaceAll(/\s+/g, ' ');
  // Values may be secrets; what it does stands in front.
  const plain = line.replaceAll(/'(?:[^']|'')*'/g, "'…'");
  return plain.length > LONGEST ? `${plain.slice(0, LONGEST)}…` : plain;
}
