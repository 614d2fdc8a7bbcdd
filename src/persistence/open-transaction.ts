import type { Connection } from '../adapters/adapter.ts';
import type { Cancellation } from '../adapters/cancellation.ts';
import type { Executor } from '../adapters/executor.ts';
import type { ModelMeta } from '../core/metadata.ts';
import { ReadOnlyError, SessionStateError, TransactionAbortedError } from '../utils/errors.ts';
import type { Journal } from './journal.ts';
import type { SettledLater } from './settled-later.ts';

/** A transaction of a session while it lasts, with the savepoints in it. */
export interface OpenTransaction {
  readonly connection: Connection;
  readonly readOnly: boolean;
  /** With the bounds of the transaction, and of the savepoint that it is in. */
  executor: Executor;
  /** Of the transaction itself, and of each savepoint in it. */
  readonly journals: Journal[];
  /** A savepoint is being made: another that begins now is none inside of it. */
  nesting: boolean;
  /** COMMIT or ROLLBACK is under way, or done: what still runs inside must send nothing more. */
  ended: boolean;
  /** Why it can only be rolled back: what it should have taken back may still be there. */
  broken: unknown;
  /** What ended it before its function, or a hook, returned: whatever these still send is refused. */
  stopped: unknown;
  /** When all that it left running has returned. */
  left: Promise<void> | undefined;
  /** What stops it in time, or the savepoint that it is in. */
  cancellation: Cancellation | undefined;
  /** How many writes are under way, one inside of the other. */
  writing: number;
  /** The hooks that were called last. */
  hooks: SettledLater | undefined;
  /** What runs with one of these around it runs inside. */
  readonly scopes: WeakSet<Journal>;
}

/** A transaction that has begun: nothing has happened in it yet. */
export function opened(
  begun: Pick<OpenTransaction, 'connection' | 'readOnly' | 'executor' | 'cancellation'>,
  journal: Journal,
): OpenTransaction {
  return {
    ...begun,
    journals: [journal],
    nesting: false,
    ended: false,
    broken: undefined,
    stopped: undefined,
    left: undefined,
    writing: 0,
    hooks: undefined,
    scopes: new WeakSet([journal]),
  };
}

export function parallel(): SessionStateError {
  return new SessionStateError('This session is already in a transaction that did not begin here.', {
    remedy: 'Await one transaction before the next, or use a session for each.',
  });
}

/** What a statement of a transaction that has ended comes to. */
export function ended({ stopped }: OpenTransaction): unknown {
  if (stopped !== undefined) return stopped;
  return new SessionStateError(
    'A nested transaction was still running when the one around it ended: nothing of it is kept.',
    { remedy: 'Await it.' },
  );
}

/** What anybody else is told whose session is still in the hands of a function that was to stop. */
export function stillRunning(cause: unknown): SessionStateError {
  return new SessionStateError(
    'The transaction of this session was stopped and rolled back, and its function is still running: it may change entities yet.',
    { remedy: 'Wait for it with session.rollback(), or go on in another session: db.session().', cause },
  );
}

/** @throws SessionStateError if a savepoint inside of this one has not ended. */
export function refuseUnawaited({ journals, nesting }: OpenTransaction, journal: Journal): void {
  if (nesting || journals.at(-1) !== journal)
    throw new SessionStateError('A nested transaction is still running at the end of the one around it.', {
      remedy: 'Await it.',
    });
}

export function refuseBroken({ broken }: OpenTransaction): void {
  if (broken !== undefined) throw broken;
}

export function readOnly({ name }: ModelMeta): ReadOnlyError {
  return new ReadOnlyError(`${name} rows were to be written in a transaction that only reads.`, {
    model: name,
    remedy: 'Begin it without readOnly: true, or write them in another.',
  });
}

export function notRolledBack(cause: unknown, failure: unknown): TransactionAbortedError {
  return new TransactionAbortedError('A write failed, and so did its rollback: the transaction cannot be committed.', {
    cause: new AggregateError([cause, failure], 'The failure, and that of the rollback.'),
  });
}
