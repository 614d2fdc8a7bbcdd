import type { BeginOptions, Connection } from '../adapters/adapter.ts';
import type { ModelMeta } from '../core/metadata.ts';
import { own } from '../utils/own.ts';
import { isInHooksOf } from './hook-scope.ts';
import { Journal } from './journal.ts';
import { readOnly, refuseBroken } from './open-transaction.ts';
import type { OpenTransaction } from './open-transaction.ts';
import { undoFlush } from './restore.ts';
import { retried } from './retry.ts';
import { resolveStale } from './stale.ts';
import { abandon, commit, takeBack } from './transaction-end.ts';
import type { TransactionScope } from './transaction-scope.ts';
import type { Workspace } from './workspace.ts';

/** Makes what was written last, as far as that goes: commits, or releases a savepoint. */
type Seal = () => unknown;

/** Writes on a connection, notes in the journal what it does to memory before it is done, and gives what it does then. */
export type AtomicWork = (connection: Connection, journal: Journal) => Promise<() => void>;

const WRITES: BeginOptions = own({});

/**
 * Write something beside the unit of work, all or nothing: in a savepoint of the open transaction, or in a transaction of
 * its own, which is run again when it collides with another: `work` must bear that. It gives what shows in memory, once
 * it is done, what is in the database then.
 */
export function atomic(
  scope: TransactionScope,
  workspace: Workspace,
  purpose: string,
  model: ModelMeta,
  work: AtomicWork,
): Promise<void> {
  const run = async (): Promise<void> => {
    const { open } = scope;
    if (open?.readOnly === true) throw readOnly(model);
    if (open === undefined)
      return retried(
        () =>
          inOwnTransaction(scope, workspace, purpose, (connection, seal) =>
            shown(work, connection, seal, new Journal()),
          ),
        workspace.engine.units,
      );
    refuseBroken(open);
    const journal = new Journal();
    await inSavepoint(scope, open, workspace, (seal) => shown(work, open.connection, seal, journal));
    open.journals.at(-1)!.absorb(journal);
  };
  // A flush waits for its hooks: what these write comes before its statements, or after them.
  return isInHooksOf(scope) ? run() : scope.serialised(run);
}

/** In a transaction of its own, which `seal` commits. */
export function inOwnTransaction(
  scope: TransactionScope,
  { executor, engine }: Workspace,
  purpose: string,
  write: (connection: Connection, seal: Seal) => Promise<void>,
): Promise<void> {
  return engine.units.transaction({ nested: false }, scope.owner, async () => {
    await engine.connect();
    const connection = await executor.acquire({ mode: 'write', purpose });
    try {
      await executor.begin(connection, WRITES);
      scope.begun(executor, connection);
      engine.cache?.begin(connection, undefined);
      try {
        await write(connection, () => commit(scope, executor, connection));
      } catch (error) {
        await abandon(scope, connection, error);
        await resolveStale(error, scope.workspace, connection);
        throw error;
      }
    } finally {
      executor.release(connection);
    }
  });
}

/** In a savepoint, which `seal` releases: statements that succeeded before the one that failed must not stay behind. */
export async function inSavepoint(
  scope: TransactionScope,
  open: OpenTransaction,
  { executor }: Workspace,
  write: (seal: Seal) => Promise<void>,
): Promise<void> {
  const { connection } = open;
  // Hooks of a flush may write in bulk: a savepoint of the same name would take the place of the one around.
  const name = open.writing === 0 ? 'blaze_flush' : `blaze_flush_${open.writing}`;
  await executor.savepoint(connection, name);
  open.writing++;
  try {
    await write(() => executor.releaseSavepoint(connection, name));
  } catch (error) {
    await takeBack(scope, open, name, error);
    await resolveStale(error, scope.workspace, connection);
    throw error;
  } finally {
    open.writing--;
  }
}

/** Do it, make it last, and only then show it in memory. */
async function shown(work: AtomicWork, connection: Connection, seal: Seal, journal: Journal): Promise<void> {
  try {
    const accept = await work(connection, journal);
    await seal();
    accept();
  } catch (error) {
    undoFlush(journal);
    throw error;
  }
}
