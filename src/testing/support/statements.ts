import { expect } from 'vitest';

import { statementChannel } from '../../index.ts';
import type { StatementEvent } from '../../index.ts';

import { target } from '../target.ts';
import { onEngine } from './database.ts';
import { isOfThisFile } from './this-file.ts';

/** The statements that are sent while a function runs, each as its text, with the number of parameter lists if not one. */
export async function statementsOf(run: () => unknown): Promise<string[]> {
  const seen: string[] = [];
  const listen = (message: unknown): void => {
    const { sql, runs, database } = message as StatementEvent;
    if (isOfThisFile(database)) seen.push(runs === 1 ? sql : `${runs}× ${sql}`);
  };
  statementChannel.subscribe(listen);
  try {
    await run();
  } finally {
    statementChannel.unsubscribe(listen);
  }
  return seen;
}

/** Whole statements on each database, in order; MariaDB's only where they are not MySQL's. */
export interface ExpectedStatements {
  readonly sqlite: readonly string[];
  readonly postgres: readonly string[];
  readonly mysql: readonly string[];
  readonly mariadb?: readonly string[];
}

/** Assert the statements that a call sends: all of them, whole, in order. */
export async function expectSent(run: () => unknown, expected: ExpectedStatements): Promise<void> {
  const sent = await statementsOf(run);
  if (target().comparesSql !== false) expect(sent).toEqual(onEngine(expected));
}

/** So many rows of placeholders, as one statement of MySQL takes them. */
export const rows = (count: number, row: string): string => Array.from({ length: count }, () => row).join(', ');
