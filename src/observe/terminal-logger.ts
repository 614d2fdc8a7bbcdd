import pc from 'picocolors';
import type { LogLevel, Logger } from '../utils/logging.ts';
import { highlight, printable } from './highlight.ts';
import type { Colors } from './highlight.ts';

/** Where lines go: `process.stderr`, for example. */
export interface LineTarget {
  readonly isTTY?: boolean;
  write(line: string): unknown;
}

export interface TerminalLoggerOptions {
  /** Where lines go. Default `process.stderr`, so that what a program prints stays as it is. */
  readonly stream?: LineTarget;
  /** What is less important is left out. Default `debug`: everything. */
  readonly level?: LogLevel;
  /** By default on a terminal, unless `NO_COLOR` says otherwise, or `FORCE_COLOR`. */
  readonly colors?: boolean;
}

type LogRecord = Readonly<Record<string, unknown>>;

const LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];
/** What stands in its own place on the line, or is of no use to a reader. */
const PLACED = new Set([
  'event',
  'dialect',
  'database',
  'kind',
  'sql',
  'fingerprint',
  'durationMs',
  'rows',
  'runs',
  'model',
  'session',
  'transaction',
  'correlationId',
  'error',
]);

/**
 * A logger for development: a line for each statement, with its time, its rows and its SQL in colours. Values of parameters are no part of
 * what it is given.
 *
 * @example
 * ```ts
 * import { Database } from 'blazeorm';
 * import { terminalLogger } from 'blazeorm/logging';
 *
 * export const open = () => Database.connect('sqlite:app.db', { logger: terminalLogger() });
 * ```
 */
export function terminalLogger(options: TerminalLoggerOptions = {}): Logger {
  const { stream = process.stderr, level = 'debug' } = options;
  const colors = pc.createColors(options.colors ?? wantsColors(stream));
  const isLevelEnabled = (asked: LogLevel): boolean => LEVELS.indexOf(asked) >= LEVELS.indexOf(level);
  const at = (own: LogLevel) => (record: LogRecord, message: string) => {
    if (isLevelEnabled(own)) stream.write(`${lineOf(own, record, message, colors)}\n`);
  };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error'), isLevelEnabled };
}

/** As https://no-color.org and https://force-color.org say. */
function wantsColors({ isTTY }: LineTarget): boolean {
  const { NO_COLOR = '', FORCE_COLOR = '' } = process.env;
  if (NO_COLOR !== '') return false;
  return FORCE_COLOR === '' ? isTTY === true : FORCE_COLOR !== '0';
}

function lineOf(level: LogLevel, record: LogRecord, message: string, colors: Colors): string {
  const parts = [
    mark(level, colors),
    time(record['durationMs'], level, colors),
    typeof record['sql'] === 'string'
      ? highlight(record['sql'], quotesOf(record['dialect']), colors)
      : printable(message),
    colors.dim(remarks(record)),
    failure(record['error'], colors),
  ];
  return parts.filter((part) => part !== '').join('  ');
}

function mark(level: LogLevel, colors: Colors): string {
  if (level === 'error') return colors.red('error');
  return level === 'warn' ? colors.yellow('warn ') : colors.dim(level.padEnd(5));
}

function time(value: unknown, level: LogLevel, colors: Colors): string {
  if (typeof value !== 'number') return '';
  const text = `${value.toFixed(value < 10 ? 2 : 0)} ms`.padStart(8);
  return level === 'warn' ? colors.yellow(text) : colors.dim(text);
}

/** Counted things first, then what it belongs to, then fields that are of one kind of record only. */
function remarks(record: LogRecord): string {
  const { rows, runs, session, transaction, correlationId } = record;
  const known = [
    typeof rows === 'number' ? `${rows} ${rows === 1 ? 'row' : 'rows'}` : '',
    typeof runs === 'number' ? `${runs} runs` : '',
    typeof session === 'number' ? `session ${session}` : '',
    typeof transaction === 'number' ? `transaction ${transaction}` : '',
    typeof correlationId === 'string' ? printable(correlationId) : '',
  ];
  const others = Object.entries(record).map(([name, value]) =>
    PLACED.has(name) || value === undefined ? '' : printable(`${name}=${JSON.stringify(value)}`),
  );
  return [...known, ...others].filter((part) => part !== '').join(' · ');
}

function failure(error: unknown, colors: Colors): string {
  if (typeof error !== 'object' || error === null) return '';
  // Named cast: what `errorRecord` makes.
  const { type, message = '' } = error as { readonly type?: unknown; readonly message?: string };
  return colors.red(printable(message === '' ? String(type) : `${String(type)}: ${message}`));
}

const quotesOf = (dialect: unknown): 'mysql' | 'standard' =>
  dialect === 'mysql' || dialect === 'mariadb' ? 'mysql' : 'standard';
