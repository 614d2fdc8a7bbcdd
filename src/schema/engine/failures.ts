import { splitScript } from '../../adapters/mysql/script.ts';
import {
  BlazeError,
  CommitOutcomeUnknownError,
  DatabaseError,
  DeadlockError,
  LockTimeoutError,
  SerializationError,
  TransactionAbortedError,
} from '../../utils/errors.ts';
import { MigrationError } from '../../utils/migration-errors.ts';
import { describeOperation } from '../describe.ts';
import type { Operation } from '../operations/operation.ts';
import type { Step } from '../steps/step.ts';
import type { PlannedMigration } from './plan.ts';

/** A lock was not to be had, or given up: later it may be. */
export function isLocked(error: unknown): boolean {
  const cause = error instanceof MigrationError ? error.cause : error;
  return cause instanceof LockTimeoutError || cause instanceof DeadlockError || cause instanceof SerializationError;
}

/** Whether the database has answered that it did not do a step; after all else nobody knows. */
export function isRefused(error: unknown, step: Step): boolean {
  const cause = error instanceof MigrationError ? error.cause : error;
  if (!(cause instanceof DatabaseError)) return false;
  if (cause instanceof CommitOutcomeUnknownError || cause instanceof TransactionAbortedError) return false;
  return step.kind === 'sql' && splitScript(step.sql).length === 1;
}

/** The error of a step, which says which one it was, of what, and what is left of it. */
export function failed(plan: PlannedMigration, position: number, error: unknown, together: boolean): MigrationError {
  if (error instanceof MigrationError && error.migration !== undefined) return error;
  const { migration, steps, operations } = plan;
  const step = steps[position];
  const operation = step === undefined ? undefined : operations[step.operation];
  const where =
    step === undefined
      ? 'the record of it'
      : `step ${position + 1} of ${steps.length}${operation === undefined ? '' : ` (${describeOperation(operation)})`}`;
  return new MigrationError(`${where} failed: ${textOf(error)}`, {
    migration: migration.name,
    model: operation === undefined ? undefined : tableOfOperation(operation),
    cause: error,
    remedy: remedyFor(error, together),
    sql: step?.kind === 'sql' ? step.sql : undefined,
  });
}

/** What an application's own error says may hold values of rows: it is told as the cause alone. */
function textOf(error: unknown): string {
  if (error instanceof BlazeError) return error.message;
  return `its code threw ${error instanceof Error ? error.name : 'what is no error'}.`;
}

function remedyFor(error: unknown, together: boolean): string {
  if (isLocked(error))
    return 'Somebody holds a lock there: end that, or give lockTimeout and retries that outlast it, and migrate again.';
  return together
    ? 'Nothing of its transaction is kept.'
    : 'What was done before it is recorded: migrating again goes on with this step.';
}

function tableOfOperation(operation: Operation): string | undefined {
  if ('table' in operation) return operation.table.name;
  return 'view' in operation ? operation.view.name : undefined;
}
