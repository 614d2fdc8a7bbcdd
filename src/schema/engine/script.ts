import { splitScript } from '../../adapters/mysql/script.ts';
import type { Dialect } from '../../dialects/dialect.ts';
import { UnsupportedError } from '../../utils/errors.ts';
import { describeOperation } from '../describe.ts';
import { rebuildSql } from '../rebuild-sql.ts';
import type { Step } from '../steps/step.ts';
import { endOfGroup } from './atomic.ts';
import { refusalSql } from './look.ts';
import type { PlannedMigration } from './plan.ts';
import type { MigrationRecord, Recorded } from './record.ts';

export interface ScriptOptions {
  /**
   * Can be run again, and against any state of the database: each migration looks whether it is recorded already. Not on SQLite,
   * whose SQL has no conditions.
   */
  readonly idempotent?: boolean | undefined;
}

/** What a step is in a script. */
interface Scripted {
  readonly plan: PlannedMigration;
  readonly position: number;
  readonly step: Step;
  readonly statements: readonly string[];
}

/**
 * Migrations as a script of SQL that leaves the same schema and the same record as the engine.
 *
 * @throws UnsupportedError for code, and for what cannot be made conditional.
 */
export function scriptOf(
  plans: readonly PlannedMigration[],
  record: MigrationRecord,
  dialect: Dialect,
  { idempotent = false }: ScriptOptions,
): string {
  const write = idempotent ? conditional(dialect, record) : plain(dialect, record);
  const parts = plans.flatMap((plan) => [`-- ${plan.migration.name}`, ...write(plan, scripted(plan, dialect))]);
  return `${[...record.createSql().map(ended), ...parts].join('\n')}\n`;
}

type Write = (plan: PlannedMigration, steps: readonly Scripted[]) => string[];

function scripted(plan: PlannedMigration, dialect: Dialect): Scripted[] {
  return plan.steps.map((step, position) => ({ plan, position, step, statements: statementsOf(plan, step, dialect) }));
}

function statementsOf({ migration, operations }: PlannedMigration, step: Step, dialect: Dialect): readonly string[] {
  switch (step.kind) {
    case 'sql':
      return [step.sql];
    case 'look':
      return [refusalSql(step)];
    case 'rebuild':
      return rebuildSql(step.rebuild, dialect);
    case 'run':
      throw new UnsupportedError(
        `${migration.name}: no script can say '${describeOperation(operations[step.operation]!)}'.`,
        {
          feature: 'code in a script of migrations',
          remedy: 'Apply it with the engine, and take the script from there on.',
        },
      );
  }
}

/** One transaction for what goes in one, as the engine does it. */
function plain(dialect: Dialect, record: MigrationRecord): Write {
  const [begin, commit] =
    dialect.id === 'mysql' || dialect.id === 'mariadb' ? ['START TRANSACTION;', 'COMMIT;'] : ['BEGIN;', 'COMMIT;'];
  return (plan, steps) => {
    const lines: string[] = [];
    const applied = ended(record.insertSql(appliedEntry(plan)));
    let at = 0;
    let isRecorded = false;
    while (at < steps.length) {
      const end = endOfGroup(dialect, plan.steps, at) ?? at + 1;
      const isAlone = endOfGroup(dialect, plan.steps, at) === undefined;
      const group = steps.slice(at, end);
      const statements = group.flatMap((item) => item.statements.map(ended));
      isRecorded = !isAlone && end === steps.length;
      const body = [...statements, ...(isRecorded ? [applied] : [])];
      const isRebuilt = group.some(({ step }) => step.kind === 'rebuild');
      lines.push(
        ...(isRebuilt ? ['PRAGMA foreign_keys = OFF;'] : []),
        ...(isAlone ? body : [begin!, ...body, commit!]),
        ...(isRebuilt ? ['PRAGMA foreign_keys = ON;'] : []),
      );
      at = end;
    }
    return isRecorded ? lines : [...lines, applied];
  };
}

function conditional(dialect: Dialect, record: MigrationRecord): Write {
  switch (dialect.id) {
    case 'postgres':
      return (plan, steps) => [postgresBlock(plan, steps, record)];
    case 'mysql':
    case 'mariadb':
      return (plan, steps) => mysqlLines(plan, steps, record, dialect);
    case 'sqlite':
      throw new UnsupportedError(
        'SQLite has no conditions around statements, so a script for it can be run once only.',
        {
          feature: 'scripts of migrations that can be run again',
          remedy: 'Leave out idempotent, or migrate with the engine.',
        },
      );
  }
}

/** One block, which is one transaction. */
function postgresBlock(plan: PlannedMigration, steps: readonly Scripted[], record: MigrationRecord): string {
  const outside = steps.find(({ step }) => step.outside);
  if (outside !== undefined) {
    const operation = plan.operations[outside.step.operation]!;
    throw new UnsupportedError(
      `${plan.migration.name}: '${describeOperation(operation)}' stands outside of transactions, where PostgreSQL has no conditions.`,
      {
        feature: 'steps outside of transactions in a script that can be run again',
        remedy: 'Leave out idempotent, or migrate with the engine.',
      },
    );
  }
  const statements = [...steps.flatMap((item) => item.statements), record.insertSql(appliedEntry(plan))];
  const body = statements.map((sql) => `    EXECUTE ${dollarQuoted(sql)};`).join('\n');
  return [
    `DO ${tagFor(body)}`,
    'BEGIN',
    `  IF NOT EXISTS (${record.existsSql(plan.migration.name)}) THEN`,
    body,
    '  END IF;',
    `END ${tagFor(body)};`,
  ].join('\n');
}

function dollarQuoted(sql: string): string {
  const tag = tagFor(sql);
  return `${tag}${sql}${tag}`;
}

/** A quote that the text does not hold. */
function tagFor(text: string): string {
  let tag = '$blaze$';
  for (let i = 1; text.includes(tag); i++) tag = `$blaze${i}$`;
  return tag;
}

/** Each statement looks whether it was done: none of them can be taken back. */
function mysqlLines(
  plan: PlannedMigration,
  steps: readonly Scripted[],
  record: MigrationRecord,
  dialect: Dialect,
): string[] {
  const { name, checksum } = plan.migration;
  const at = new Date();
  const applying = (done: number): Recorded => ({
    name,
    checksum,
    state: 'applying',
    done,
    running: undefined,
    position: undefined,
    at,
  });
  const unless = (query: string, sql: string): string[] => [
    `SET @blaze = IF(EXISTS(${query}), 'DO 0', ${dialect.literal({ kind: 'text' }, sql)});`,
    'PREPARE blaze FROM @blaze;',
    'EXECUTE blaze;',
    'DEALLOCATE PREPARE blaze;',
  ];
  const isDone = (count: number): string => record.existsSql(name, ` AND (state = 'applied' OR done >= ${count})`);
  return [
    ...unless(record.existsSql(name), record.insertSql(applying(0))),
    ...steps.flatMap(({ position, statements }) => [
      // What looks for itself cannot be prepared in its turn.
      ...statements.flatMap((sql) =>
        sql.startsWith('SET @blaze')
          ? [ended(sql)]
          : splitScript(sql).flatMap((one) => unless(isDone(position + 1), one)),
      ),
      ...unless(isDone(position + 1), record.updateSql(applying(position + 1))),
    ]),
    ...unless(record.existsSql(name, " AND state = 'applied'"), record.updateSql(appliedEntry(plan))),
  ];
}

function appliedEntry({ migration: { name, checksum } }: PlannedMigration): Recorded {
  return { name, checksum, state: 'applied', done: 0, running: undefined, position: undefined, at: new Date() };
}

function ended(sql: string): string {
  return `${sql};`;
}
