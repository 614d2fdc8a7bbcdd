import type { Connection } from '../adapters/adapter.ts';
import type { Executor } from '../adapters/executor.ts';
import { ConnectionError } from '../utils/errors.ts';
import type { MaybePromise } from '../utils/maybe-promise.ts';
import { notRolledBack } from './open-transaction.ts';
import type { OpenTransaction } from './open-transaction.ts';
import type { TransactionScope } from './transaction-scope.ts';

/** COMMIT. What a second-level cache keeps of the rows is shown to nobody meanwhile. */
export function commit(
  { workspace }: TransactionScope,
  executor: Executor,
  connection: Connection,
): MaybePromise<void> {
  const { cache } = workspace.engine;
  return cache === undefined
    ? executor.commit(connection)
    : cache.commit(connection, () => executor.commit(connection));
}

/** ROLLBACK, because of an error. @throws TransactionAbortedError if that fails too. */
export async function abandon(scope: TransactionScope, connection: Connection, cause: unknown): Promise<void> {
  scope.workspace.engine.cache?.forget(connection);
  try {
    await scope.sender.rollback(connection);
  } catch (error) {
    throw notRolledBack(cause, error);
  }
}

/** ROLLBACK TO SAVEPOINT, because of an error. What cannot be taken back alone condemns the whole transaction. */
export async function takeBack(
  scope: TransactionScope,
  open: OpenTransaction,
  name: string,
  cause: unknown,
): Promise<void> {
  try {
    await scope.sender.rollbackToSavepoint(open.connection, name);
  } catch (error) {
    // Where the connection is lost there is nothing left to be taken back, and that is what has to be known.
    open.broken = cause instanceof ConnectionError ? cause : notRolledBack(cause, error);
    throw open.broken;
  }
}
