import { BlazeError } from './errors.ts';
import { isPromise } from './maybe-promise.ts';
import { ReportedOnce } from './reported-once.ts';

/** Levels that the library logs at. `error` is for what nobody else is told: what is thrown is the application's to judge. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

type LogMethod = (record: Readonly<Record<string, unknown>>, message: string) => unknown;

/**
 * What is wanted of a logger: the shape of pino, which bunyan, the logger of Fastify and `console` have too. It is used as it is: its
 * level, its fields and where it writes are the application's.
 *
 * @example
 * ```ts
 * import { pino } from 'pino';
 * import { Database } from 'blazeorm';
 *
 * const logger = pino({ level: 'debug' });
 * export const open = () => Database.connect('sqlite:app.db', { logger: logger.child({ part: 'database' }) });
 * ```
 */
export interface Logger {
  readonly debug: LogMethod;
  readonly info: LogMethod;
  readonly warn: LogMethod;
  readonly error: LogMethod;
  /** Where there is one, records of a level that is off are not even made. */
  readonly isLevelEnabled?: (level: LogLevel) => boolean;
}

const METHODS = ['debug', 'info', 'warn', 'error'] as const;

/** Whether it can log at every level. */
export function isLogger(value: unknown): value is Logger {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false;
  return METHODS.every((name) => typeof Reflect.get(value, name) === 'function');
}

/**
 * A logger that cannot fail what is logged. A fault of the application's logger is a warning of the process, once, whatever it does:
 * throw, reject, or send a statement that would be logged in turn.
 */
export class SafeLogger {
  readonly #logger: Logger;
  readonly #faults = new ReportedOnce('BLAZE_LOGGER', 'The logger');
  #writing = false;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  isEnabled(level: LogLevel): boolean {
    try {
      return this.#logger.isLevelEnabled?.(level) ?? true;
    } catch (error) {
      this.#faults.report(error);
      return false;
    }
  }

  /** @param record Made only if the level is on. */
  write(level: LogLevel, record: () => Readonly<Record<string, unknown>>, message: string): void {
    if (this.#writing || !this.isEnabled(level)) return;
    this.#writing = true;
    try {
      const written = this.#logger[level](record(), message);
      if (isPromise(written)) written.then(undefined, (error: unknown) => this.#faults.report(error));
    } catch (error) {
      this.#faults.report(error);
    } finally {
      this.#writing = false;
    }
  }
}

/** An error in a record: plain data, so that it is the same whatever a logger makes of errors. */
export interface ErrorRecord {
  readonly type: string;
  /** Only of errors of the library: others may quote values. */
  readonly message?: string;
  readonly code?: string;
}

/** What a record says of an error: nothing that may hold a value. */
export function errorRecord(error: unknown): ErrorRecord {
  if (error instanceof BlazeError) return { type: error.name, code: error.code, message: error.message };
  if (!(error instanceof Error)) return { type: typeof error };
  const { code } = error as { readonly code?: unknown };
  return { type: error.name, ...(typeof code === 'string' && { code }) };
}
