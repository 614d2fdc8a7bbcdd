/**
 * Each row of the table in docs/migration-safety.md on a database in use: what is found, and its stages, which run to their end while
 * others write. The rows are `test/support/safety/rows.ts`; the docs are printed from them.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import {
  analyse,
  backFill,
  ConfirmationRequiredError,
  makeSafe,
  MigrationEngine,
  MigrationError,
  runSql,
  UnsafeMigrationError,
} from 'blazeorm/schema';
import type { Finding, Migration, Operation, Schema, Stage, TableSchema } from 'blazeorm/schema';

import { destroyedBy } from '../../../src/schema/engine/destructive.ts';
import { applyOperation } from '../../../src/schema/operations/apply.ts';
import { engine, freshUrl } from '../../../src/testing/support/database.ts';
import { errorOf } from '../../support/database.ts';
import { LiveDatabase } from '../../support/live-schema.ts';
import { findingsOfSql, migrationOf, schemaBefore } from '../../support/safety/page.ts';
import { deploymentsOf, isOn, operationsOf } from '../../support/safety/row.ts';
import type { Case, Shared } from '../../support/safety/row.ts';
import { ROWS_OF_TABLE } from '../../support/safety/rows.ts';
import { ROWS_OF_SQL } from '../../support/safety/sql-rows.ts';
import { oldCode, ROWS, rowsSql, TABLES } from '../../support/safety/tables.ts';
import { Witness } from '../../support/safety/witness.ts';
import { Traffic } from '../../support/traffic.ts';

/** Nobody waits longer for a lock, on however slow a machine: what stays locked is an error of whoever waits. */
const LOCK_TIMEOUT = 15_000;

const CASES = ROWS_OF_TABLE.flatMap((row) => row.cases.map((item) => ({ ...item, row: row.operation })));
const here = (ends: Case['ends'] = 'applied') =>
  CASES.filter((item) => isOn(item, engine) && (item.ends ?? 'applied') === ends);

let db: LiveDatabase;
let url: string;
let traffic: Traffic | undefined;

beforeEach(async () => {
  url = await freshUrl();
  db = (await LiveDatabase.connect(url)) as LiveDatabase;
});
afterEach(async () => {
  await traffic?.end();
  traffic = undefined;
  await db.close();
});

function first({ given = [] }: Pick<Case, 'given'>): Migration {
  return migrationOf('0001_first', [...TABLES, ...given]);
}

/** The tables as they are before, with rows. */
async function prepare(item: Pick<Case, 'given'>): Promise<void> {
  await new MigrationEngine(db, [first(item)]).migrate({ force: true });
  await db.run(...rowsSql());
}

/** Migrations of stages, each after the one before. */
function migrationsOf(item: Case, stages: readonly Stage[]): Migration[] {
  const names = ['0001_first', ...stages.map((_, i) => `${String(i + 2).padStart(4, '0')}_stage`)];
  return [first(item), ...stages.map(({ operations }, i) => migrationOf(names[i + 1]!, operations, names[i]!))];
}

/** The tables of a database, with their columns in the order of their names. */
async function tablesOf(live: LiveDatabase): Promise<readonly TableSchema[]> {
  const { tables } = await live.introspect({ except: ['blaze_migration'] });
  return tables.map((table) => ({
    ...table,
    columns: table.columns.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
  }));
}

/** What the same operations make where nobody minds. */
async function madeAtOnce(item: Case, operations: readonly Operation[]): Promise<readonly TableSchema[]> {
  const other = (await LiveDatabase.connect(await freshUrl())) as LiveDatabase;
  try {
    expect(other.dialect.id).toBe(engine);
    const stage = { operations: operations.map(withoutUsing) };
    await new MigrationEngine(other, migrationsOf(item, [stage])).migrate({ force: true });
    return await tablesOf(other);
  } finally {
    await other.close();
  }
}

/** What rows become is no part of a table, and MySQL and MariaDB say it in stages alone. */
function withoutUsing(operation: Operation): Operation {
  return operation.kind === 'alterColumn' ? { ...operation, using: undefined } : operation;
}

/** What is refused of a stage, which has no way round it. */
function left({ operations }: Stage, before: Schema): Finding[] {
  return analyse(operations, before, { dialect: db.dialect }).filter(({ severity }) => severity !== 'advice');
}

/** The error of a stage that is neither confirmed nor acknowledged. */
function refusalOf(findings: readonly Finding[], destroyed: readonly string[]): unknown {
  if (destroyed.length > 0) return ConfirmationRequiredError;
  return findings.length > 0 ? UnsafeMigrationError : undefined;
}

/** How many of the rows that were there are there still, and how many came. */
async function rowsOf(table: string): Promise<{ readonly old: number; readonly fresh: number }> {
  await using session = db.session();
  const target = session.sql.id(table);
  const [row] =
    await session.sql`SELECT COUNT(CASE WHEN id <= ${ROWS} THEN 1 END) AS old, COUNT(*) AS whole FROM ${target}`;
  const [old, whole] = [Number(row!['old']), Number(row!['whole'])];
  return { old, fresh: whole - old };
}

/** One case from its first stage to its last one, while others write. */
async function inStages(item: Case): Promise<void> {
  await prepare(item);
  const operations = operationsOf(item, engine);
  let schema = schemaBefore(item);
  const before = await tablesOf(db);
  const stages = makeSafe(operations, schema, { dialect: db.dialect });
  const migrations = migrationsOf(item, stages);
  const releases = deploymentsOf(item, engine);
  traffic = await Traffic.start(url, item.code ?? oldCode, { lockTimeout: LOCK_TIMEOUT, users: 2 });
  await traffic.flow(10);
  const witness = Witness.of(db, engine, traffic);
  const engineOn = new MigrationEngine(db, migrations, { lockTimeout: 2000, retries: 20 });
  for (const [i, stage] of stages.entries()) {
    const to = migrations[i + 1]!.name;
    if (stage.first?.startsWith('Deploy') === true) await traffic.deploy(releases.shift()!);
    const findings = left(stage, schema);
    const destroyed = destroyedBy(stage.operations, schema);
    const refusal =
      findings.length + destroyed.length === 0 ? undefined : await errorOf(() => engineOn.migrate({ to }));
    expect(refusal?.constructor).toBe(refusalOf(findings, destroyed));
    witness.isStrict = findings.every(({ severity }) => severity !== 'blocks');
    await engineOn.migrate({ to, confirm: destroyed, acknowledge: findings.map(({ name }) => name) });
    schema = stage.operations.reduce(applyOperation, schema);
    await traffic.flow(10);
    if (stage.then !== undefined) await traffic.deploy(releases.shift()!);
  }
  await traffic.flow(10);
  await traffic.end();
  const { errors, committed } = traffic;
  traffic = undefined;
  expect(errors).toEqual([]);
  expect(releases).toEqual([]);
  // What was locked had no row of it looked at meanwhile.
  expect(witness.holds.filter(({ rows }) => rows > 0)).toEqual([]);
  const post = schema.tables.some(({ name }) => name === 'article') ? 'article' : 'post';
  expect(await rowsOf(post)).toEqual({ old: ROWS, fresh: committed });
  expect((await rowsOf('comment')).old + (await rowsOf('comment')).fresh).toBe(committed);
  expect(await tablesOf(db)).toEqual(await madeAtOnce(item, operations));
  if (item.returns !== true) return;
  witness.isStrict = false;
  await engineOn.rollback({ to: '0001_first', force: true });
  expect(await tablesOf(db)).toEqual(before);
  expect(await rowsOf('post')).toEqual({ old: ROWS, fresh: committed });
}

describe.runIf(engine !== 'sqlite')('changes of a table that is in use', () => {
  it.each(here('applied'))('G6: $row: $title comes in stages while others write', inStages);

  it.each(here('refused'))('G6: $row: $title is refused by name', async (item) => {
    await prepare(item);
    const operations = operationsOf(item, engine);
    const findings = left({ operations }, schemaBefore(item));
    expect(findings.length).toBeGreaterThan(0);
    const before = await tablesOf(db);
    const failure = new MigrationEngine(db, migrationsOf(item, [{ operations }])).migrate();
    await expect(failure).rejects.toThrow(UnsafeMigrationError);
    await expect(failure).rejects.toThrow(new RegExp(findings.map(({ name }) => `'${name}'`).join('|')));
    expect(await tablesOf(db)).toEqual(before);
    expect(await rowsOf('post')).toEqual({ old: ROWS, fresh: 0 });
  });

  it.each(here('failed'))('G6: $row: $title fails on the rows that are there, and they stay', async (item) => {
    await prepare(item);
    const operations = operationsOf(item, engine);
    const stages = makeSafe(operations, schemaBefore(item), { dialect: db.dialect });
    const acknowledge = left({ operations }, schemaBefore(item)).map(({ name }) => name);
    traffic = await Traffic.start(url, oldCode, { lockTimeout: LOCK_TIMEOUT, users: 2 });
    await traffic.flow(10);
    const migrate = new MigrationEngine(db, migrationsOf(item, stages), { retries: 20 }).migrate({ acknowledge });
    await expect(migrate).rejects.toThrow(MigrationError);
    await traffic.flow(10);
    await traffic.end();
    const { errors, committed } = traffic;
    traffic = undefined;
    expect(errors).toEqual([]);
    expect(await rowsOf('post')).toEqual({ old: ROWS, fresh: committed });
  });

  it.each(ROWS_OF_SQL.flatMap(({ statements }) => (statements[engine as Shared] ?? []).map((sql) => ({ sql }))))(
    'G6: $sql is refused',
    async ({ sql }) => {
      const names = (await findingsOfSql(sql, engine as Shared)).map(({ name }) => name);
      expect(names).toEqual(['run SQL of 0002']);
      const migrate = new MigrationEngine(db, [
        migrationOf('0002', [...TABLES]),
        migrationOf('0003', [runSql(sql)], '0002'),
      ]);
      await migrate.migrate({ to: '0002' });
      const before = await tablesOf(db);
      await expect(migrate.migrate()).rejects.toThrow(UnsafeMigrationError);
      expect(await tablesOf(db)).toEqual(before);
    },
  );

  it('G6: G9: a back-fill writes every row in batches while others write', async () => {
    await prepare({});
    traffic = await Traffic.start(url, oldCode, { lockTimeout: LOCK_TIMEOUT, users: 2 });
    const fill = migrationOf(
      '0002_fill',
      [backFill('post', { likes: '7' }, { where: 'likes IS NULL', batch: 100 })],
      '0001_first',
    );
    await new MigrationEngine(db, [first({}), fill]).migrate();
    await traffic.flow(20);
    expect(traffic.errors).toEqual([]);
    await using session = db.session();
    expect(await session.sql`SELECT id FROM post WHERE likes IS NULL`).toEqual([]);
  });
});

describe.runIf(engine === 'sqlite')('changes where one writes at a time', () => {
  it.each(CASES.filter((item) => item.on === undefined && item.ends === undefined))(
    'G6: $row: $title is not refused, and has no stages',
    async (item) => {
      const operations = operationsOf(item, engine);
      expect(makeSafe(operations, schemaBefore(item), { dialect: db.dialect })).toEqual([{ operations }]);
      const confirm = destroyedBy(operations, schemaBefore(item));
      await new MigrationEngine(db, migrationsOf(item, [{ operations }])).migrate({ confirm });
      expect(await tablesOf(db)).toEqual(await madeAtOnce(item, operations));
    },
  );
});
