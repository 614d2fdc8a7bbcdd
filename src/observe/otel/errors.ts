import { SpanStatusCode } from '@opentelemetry/api';
import type { Attributes, SpanStatus } from '@opentelemetry/api';
import { BlazeError } from '../../utils/errors.ts';
import { ATTRIBUTE } from './names.ts';

/**
 * What failed: the code of the database, if it gave one (SQLSTATE of PostgreSQL, the number of MySQL and MariaDB, SQLite's result code), else
 * the class of the error.
 */
export function errorAttributes(error: unknown): Attributes {
  const code = statusCodeOf(error);
  if (code !== undefined) return { [ATTRIBUTE.statusCode]: code, [ATTRIBUTE.errorType]: code };
  return { [ATTRIBUTE.errorType]: error instanceof Error ? error.name : '_OTHER' };
}

/** The message only of errors of the library, which hold no values. */
export function errorStatus(error: unknown): SpanStatus {
  return {
    code: SpanStatusCode.ERROR,
    ...(error instanceof BlazeError && { message: error.message }),
  };
}

function statusCodeOf(error: unknown): string | undefined {
  if (!(error instanceof BlazeError) || !(error.cause instanceof Error)) return undefined;
  // Named cast: what drivers put on their errors.
  const { code, errno, errcode, severity, sqlState } = error.cause as {
    readonly code?: unknown;
    readonly errno?: unknown;
    readonly errcode?: unknown;
    readonly severity?: unknown;
    readonly sqlState?: unknown;
  };
  if (typeof severity === 'string' && typeof code === 'string') return code;
  if (typeof sqlState === 'string' && typeof errno === 'number') return String(errno);
  if (typeof errcode === 'number') return String(errcode);
  return typeof code === 'string' && code.startsWith('SQLITE_') ? code : undefined;
}
