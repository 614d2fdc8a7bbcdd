import type { Connection } from '../adapters/adapter.ts';
import type { SessionSql } from '../core/types/index.ts';
import { checkTemplate, Identifier, rawNode } from '../query/sql.ts';
import { InvalidQueryError } from '../utils/errors.ts';
import { RAW } from './statement-origin.ts';
import type { Workspace } from './workspace.ts';

/** Nodes that mean something only inside a query of a model. */
const REFERENCES = new Set(['path', 'related', 'relatedAggregate', 'column']);

/** `session.sql`: a statement of the application's own, its rows as objects by column name. */
export function sessionSql(workspace: Workspace, beforeRead: () => Promise<void> | undefined): SessionSql {
  const run = async (
    strings: TemplateStringsArray,
    ...values: readonly unknown[]
  ): Promise<Record<string, unknown>[]> => {
    checkTemplate(strings);
    const node = rawNode(strings, values);
    for (const part of node.parts)
      if (REFERENCES.has(part.kind))
        throw new InvalidQueryError('session.sql`…` has no model whose columns it could name.', {
          remedy: "Name columns with sql.id('table', 'column').",
        });
    const connecting = workspace.engine.connect();
    if (connecting !== undefined) await connecting;
    const { sql, slots } = workspace.compiled.dialect.compileRaw(node);
    refuseTransaction(sql);
    const parameters = slots.map(({ bound, encode }) => encode(bound.kind === 'list' ? bound.values : bound.value));
    const flushed = beforeRead();
    if (flushed !== undefined) await flushed;
    const { columns, rows } = await send(workspace, sql, parameters);
    return rows.map((row) => Object.fromEntries(columns.map((name, i) => [name, row[i]])));
  };
  return Object.assign(run, { id: (...names: string[]) => new Identifier(names) }) as unknown as SessionSql; // Named cast: the rows' type is the caller's.
}

async function send(
  workspace: Workspace,
  sql: string,
  parameters: readonly unknown[],
): Promise<Awaited<ReturnType<Connection['queryNamed']>>> {
  workspace.engine.cache?.noteUnknown(workspace.transaction);
  try {
    return await workspace.write((connection) => workspace.executor.queryNamed(connection, sql, parameters, RAW));
  } catch (error) {
    throw workspace.engine.errorNames.name(error);
  }
}

/** Spaces, empty statements and comments before the first word. */
const BEFORE = /^(?:[\s;]|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)*/;
const TRANSACTION =
  /^(?:BEGIN|START\s+TRANSACTION|COMMIT|END|ROLLBACK|ABORT|SAVEPOINT|RELEASE|PREPARE\s+TRANSACTION|XA)\b/i;

/** @throws InvalidQueryError for what begins or ends a transaction: the session would not know. */
function refuseTransaction(sql: string): void {
  const word = TRANSACTION.exec(sql.replace(BEFORE, ''))?.[0];
  if (word === undefined) return;
  throw new InvalidQueryError(`session.sql does not send ${word.toUpperCase()}: the session would not know of it.`, {
    remedy: 'Use session.transaction(): it commits when its function returns, and rolls back when it throws.',
  });
}
