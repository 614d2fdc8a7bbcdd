/** What the docs say of the rows, as text: the table, and a page with each finding and its stages. */
import { analyse, loadSqlParser, makeSafe, replay, runSql } from 'blazeorm/schema';
import type { Finding, Migration, Operation, Schema, Stage } from 'blazeorm/schema';

import { MariaDBDialect } from '../../../src/dialects/mysql/mariadb.ts';
import { MySQLDialect } from '../../../src/dialects/mysql/mysql.ts';
import { PostgresDialect } from '../../../src/dialects/postgres/postgres.ts';
import type { Dialect } from '../../../src/dialects/dialect.ts';
import { describeOperation, describeStep } from '../../../src/schema/describe.ts';
import { inWords } from '../../../src/schema/safety/refuse.ts';
import { stepsOf } from '../../../src/schema/steps/steps.ts';
import { isOn, operationsOf } from './row.ts';
import type { Case, Row, Shared } from './row.ts';
import { ROWS_OF_TABLE } from './rows.ts';
import { ROWS_OF_SQL } from './sql-rows.ts';
import { TABLES } from './tables.ts';

export const DIALECTS: Readonly<Record<Shared, Dialect>> = {
  postgres: new PostgresDialect(),
  mysql: new MySQLDialect(),
  mariadb: new MariaDBDialect(),
};
const NAMES: Readonly<Record<Shared, string>> = { postgres: 'PostgreSQL', mysql: 'MySQL', mariadb: 'MariaDB' };

/** The schema that a case finds. */
export function schemaBefore({ given = [] }: Pick<Case, 'given'>): Schema {
  return replay([migrationOf('0001_first', [...TABLES, ...given])]);
}

export function migrationOf(name: string, operations: readonly Operation[], ...after: string[]): Migration {
  return { kind: 'migration', name, checksum: name, after, replaces: [], operations };
}

export function findingsOf(item: Case, engine: Shared): Finding[] {
  return analyse(operationsOf(item, engine), schemaBefore(item), { dialect: DIALECTS[engine], migration: '0002' });
}

export function stagesOf(item: Case, engine: Shared): Stage[] {
  return makeSafe(operationsOf(item, engine), schemaBefore(item), { dialect: DIALECTS[engine] });
}

/** The table of operations. */
export function tableOfOperations(): string {
  const rows = ROWS_OF_TABLE.map(({ operation, rules, says }) => [
    operation,
    rules.length === 0 ? '–' : rules.map((rule) => `\`${rule}\``).join(', '),
    says.postgres,
    says.mysql,
    says.mariadb,
  ]);
  return table(['operation', 'rule', 'PostgreSQL', 'MySQL', 'MariaDB'], rows);
}

/** The table of rules for SQL. */
export function tableOfSql(): string {
  return table(
    ['rule', 'what'],
    ROWS_OF_SQL.map(({ rules, says }) => [rules.map((rule) => `\`${rule}\``).join(', '), says]),
  );
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** Every row with its findings in full, and the stages as SQL. */
export async function pageOfFindings(): Promise<string> {
  const rows = ROWS_OF_TABLE.map((row) => `## ${titleOf(row)}\n\n${row.cases.map(ofCase).join('\n\n')}`);
  const sql: string[] = [];
  for (const { rules, statements } of ROWS_OF_SQL)
    sql.push(`## SQL: ${rules.join(', ')}\n\n${(await ofStatements(statements)).join('\n\n')}`);
  return `${HEAD}\n\n${[...rows, ...sql].join('\n\n')}\n`;
}

const HEAD = `# Findings and stages

What [the table of migration safety](migration-safety.md) says in short: each finding in its own words, and the stages that
\`blaze makemigrations --safe\` writes instead, as the SQL of each database. All of it is what the library makes of these changes,
and runs in its tests while others write (\`test/conformance/schema/safety.test.ts\`). The tables are \`author\`, \`post\` with a
number of columns, and \`comment\`, which refers to \`post\`.`;

/** A heading that stands for itself. */
function titleOf({ operation }: Row): string {
  return operation
    .replace(/^… /, 'Type or values: ')
    .replaceAll('`', '')
    .replace(/^./, (first) => first.toUpperCase());
}

function ofCase(item: Case): string {
  const byText = new Map<string, string[]>();
  for (const engine of Object.keys(DIALECTS) as Shared[]) {
    if (!isOn(item, engine)) continue;
    const text = [...found(findingsOf(item, engine)), ...staged(item, engine)].join('\n\n');
    byText.set(text, [...(byText.get(text) ?? []), NAMES[engine]]);
  }
  const title = item.title.replace(/^./, (first) => first.toUpperCase());
  return [`### ${title}`, ...[...byText].map(([text, names]) => `**${names.join(', ')}**\n\n${text}`)].join('\n\n');
}

function found(findings: readonly Finding[]): string[] {
  return findings.length === 0
    ? ['Nothing is found: it is done at once, or in place.']
    : [findings.map(inWords).join('\n')];
}

/** The stages, unless they are what was asked for. */
function staged(item: Case, engine: Shared): string[] {
  const stages = stagesOf(item, engine);
  const operations = operationsOf(item, engine);
  if (stages.length === 1 && stages[0]!.first === undefined && isSame(stages[0]!.operations, operations)) return [];
  const dialect = DIALECTS[engine];
  let schema = schemaBefore(item);
  return stages.map((stage, i) => {
    const sql = stage.operations.flatMap((operation) => {
      const lines = linesOf(operation, schema, dialect);
      schema = replay([migrationOf('next', [operation])], schema);
      return lines;
    });
    return [
      `${i + 1}. ${stage.first === undefined ? '' : `${stage.first}\n\n   `}\`\`\`sql`,
      ...sql.flatMap((text) => text.split('\n')).map((line) => `   ${line}`),
      `   \`\`\`${stage.then === undefined ? '' : `\n\n   ${stage.then}`}`,
    ].join('\n');
  });
}

function isSame(one: readonly Operation[], other: readonly Operation[]): boolean {
  return one.length === other.length && one.every((operation, i) => operation === other[i]);
}

function linesOf(operation: Operation, schema: Schema, dialect: Dialect): string[] {
  if (operation.kind !== 'run') return stepsOf([operation], schema, dialect).map((step) => `${describeStep(step)};`);
  const { backFill, rowCheck } = operation;
  const set = Object.entries(backFill?.set ?? {}).map(([column, value]) => `${column} = ${value}`);
  if (backFill !== undefined)
    return [`-- ${describeOperation(operation)}: SET ${set.join(', ')} WHERE ${backFill.where ?? 'TRUE'}`];
  return [`-- ${describeOperation(operation)}${rowCheck === undefined ? '' : `: NOT (${rowCheck.condition})`}`];
}

async function ofStatements(statements: (typeof ROWS_OF_SQL)[number]['statements']): Promise<string[]> {
  const parts: string[] = [];
  for (const [engine, list] of Object.entries(statements) as [Shared, readonly string[]][]) {
    const lines: string[] = [];
    for (const sql of list) {
      const findings = await findingsOfSql(sql, engine);
      lines.push(`\`${sql}\`\n\n${findings.map(inWords).join('\n')}`);
    }
    parts.push(`**${NAMES[engine]}**\n\n${lines.join('\n\n')}`);
  }
  return parts;
}

export async function findingsOfSql(sql: string, engine: Shared): Promise<Finding[]> {
  const parser = await loadSqlParser(engine);
  return analyse([runSql(sql)], schemaBefore({}), { dialect: DIALECTS[engine], migration: '0002', parser });
}
