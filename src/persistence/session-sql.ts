import type { SessionSql } from '../core/types/index.ts';
import { Identifier, rawNode } from '../query/sql.ts';
import type { Workspace } from './workspace.ts';

/** `session.sql`: a statement of the application's own, its rows as objects by column name. */
export function sessionSql(workspace: Workspace, beforeRead: () => Promise<void> | undefined): SessionSql {
  const run = async (strings: TemplateStringsArray, ...values: readonly unknown[]): Promise<Record<string, unknown>[]> => {
    const { sql, slots } = workspace.compiled.dialect.compileRaw(rawNode(strings, values));
    const parameters = slots.map(({ bound, encode }) => encode(bound.kind === 'list' ? bound.values : bound.value));
    const flushed = beforeRead();
    if (flushed !== undefined) await flushed;
    const { columns, rows } = await workspace.write((connection) => workspace.executor.queryNamed(connection, sql, parameters));
    return rows.map((row) => Object.fromEntries(columns.map((name, i) => [name, row[i]])));
  };
  return Object.assign(run, { id: (...names: string[]) => new Identifier(names) }) as unknown as SessionSql; // Named cast: the rows' type is the caller's.
}
