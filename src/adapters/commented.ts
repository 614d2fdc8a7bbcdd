import { chain } from '../utils/maybe-promise.ts';
import { ReportedOnce } from '../utils/reported-once.ts';
import { sqlComment, withSqlComment } from '../utils/sql-comment.ts';
import { standIn } from '../utils/stand-in.ts';
import { emitWarning } from '../utils/warnings.ts';
import type { Warn } from '../utils/warnings.ts';
import type { AcquireOptions, Adapter, Connection } from './adapter.ts';

/** Tags for the statement that is about to be sent. What is `undefined` is left out. */
export type SqlCommenter = () => Readonly<Record<string, string | number | boolean | undefined>> | undefined;

/** A longer value is cut. */
const MAX_LENGTH = 200;

/**
 * An adapter whose statements bear the tags that a function gives, in a comment at their end. Scripts, and what begins and ends
 * transactions, have none.
 *
 * The function is the application's, and what it gives may come from outside: a fault of it is a warning, once, and its statement is
 * sent without a comment.
 */
export function commented(adapter: Adapter, commenter: SqlCommenter, warn: Warn = emitWarning): Adapter {
  const comment = commentOf(commenter, warn);
  const real = new WeakMap<Connection, Connection>();
  const behind = (connection: Connection): Connection => real.get(connection) ?? connection;
  const wrap = (connection: Connection): Connection => {
    const speaking = standIn(connection, commentedCalls(connection, comment));
    real.set(speaking, connection);
    return speaking;
  };
  return standIn(adapter, {
    acquire: (options: AcquireOptions) => chain(adapter.acquire(options), wrap),
    release: (connection: Connection) => adapter.release(behind(connection)),
    ...(adapter.isReplica && { isReplica: (connection: Connection) => adapter.isReplica!(behind(connection)) }),
  });
}

function commentedCalls(connection: Connection, comment: () => string | undefined): Partial<Connection> {
  const text = (sql: string): string => {
    const tags = comment();
    return tags === undefined ? sql : withSqlComment(sql, tags);
  };
  return {
    query: (sql, parameters) => connection.query(text(sql), parameters),
    queryNamed: (sql, parameters) => connection.queryNamed(text(sql), parameters),
    execute: (sql, parameters) => connection.execute(text(sql), parameters),
    executeMany: (sql, batches) => connection.executeMany(text(sql), batches),
    iterate: (sql, parameters) => connection.iterate(text(sql), parameters),
  };
}

/** The comment of the moment; the same texts give the same one again. */
function commentOf(commenter: SqlCommenter, warn: Warn): () => string | undefined {
  const faults = new ReportedOnce('BLAZE_COMMENTER', "'sqlCommenter'", warn);
  return () => {
    try {
      const tags = Object.entries(commenter() ?? {}).flatMap(([name, value]) => tagOf(name, value));
      return tags.length === 0 ? undefined : sqlComment(tags);
    } catch (error) {
      faults.report(error);
      return undefined;
    }
  };
}

/** @throws TypeError for what is no value of a tag; it is not shown. */
function tagOf(name: string, value: unknown): [name: string, value: string][] {
  if (value === undefined || value === '' || name === '') return [];
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean')
    throw new TypeError('a tag is a text, a number or a boolean.');
  const clean = (text: string): string => text.slice(0, MAX_LENGTH).toWellFormed();
  return [[clean(name), clean(String(value))]];
}
