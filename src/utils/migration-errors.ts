import { BlazeError } from './errors.ts';
import type { ErrorDetails } from './errors.ts';

/** What more a failed migration says of itself. */
export interface MigrationErrorDetails extends ErrorDetails {
  /** Name of the migration, as of its file. */
  readonly migration?: string | undefined;
}

/** A migration that cannot be, or that cannot be done here and now. */
export class MigrationError extends BlazeError {
  override readonly code: string = 'E_MIGRATION';
  readonly migration: string | undefined;

  constructor(message: string, details: MigrationErrorDetails = {}) {
    super(details.migration === undefined ? message : `${details.migration}: ${message}`, details);
    this.migration = details.migration;
  }
}

/** The files and the record of what was applied tell different stories. */
export class MigrationHistoryError extends MigrationError {
  override readonly code = 'E_MIGRATION_HISTORY';
}

/** There is no way back from an operation. */
export class IrreversibleMigrationError extends MigrationError {
  override readonly code = 'E_MIGRATION_IRREVERSIBLE';
}

/** Somebody else is migrating this database, and did not end in time. */
export class MigrationLockError extends MigrationError {
  override readonly code = 'E_MIGRATION_LOCK';
}

/** It would destroy something, and nobody has confirmed that this is meant. */
export class ConfirmationRequiredError extends MigrationError {
  override readonly code = 'E_CONFIRMATION_REQUIRED';
}

/** It would lock out, or break, what runs meanwhile, and nobody has acknowledged that. */
export class UnsafeMigrationError extends MigrationError {
  override readonly code = 'E_MIGRATION_UNSAFE';
}
