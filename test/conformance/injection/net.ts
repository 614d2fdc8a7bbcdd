/**
 * The net: every payload at every position. Each call either is refused by a typed error before anything is sent, or gives
 * what plain data gives, by the statements that a harmless value of the same form sends; and whatever was tried, schema and
 * rows are afterwards what they were.
 */
import { createHash } from 'node:crypto';
import { inspect, isDeepStrictEqual } from 'node:util';

import { expect } from 'vitest';

import { BlazeError, statementChannel } from 'blazeorm';
import type { Database, Session, StatementEvent } from 'blazeorm';

import { engine } from '../../../src/testing/support/database.ts';
import type { Payload } from './payloads.ts';
import { harmless } from './plain-data.ts';

/** What is right for a payload at a position. */
export type Answer =
  /** A typed error, and nothing sent. */
  | { readonly kind: 'refused' }
  /** This very value. */
  | { readonly kind: 'is'; readonly value: unknown }
  /** A list with these, and of none but those. */
  | { readonly kind: 'between'; readonly least: readonly unknown[]; readonly most: readonly unknown[] }
  /** A typed error at any time, or any value: what counts is that nothing else happens. */
  | { readonly kind: 'open' };

export const REFUSED: Answer = { kind: 'refused' };
export const OPEN: Answer = { kind: 'open' };
export const is = (value: unknown): Answer => ({ kind: 'is', value });

/** A place in the API where something from outside may stand. */
export interface Position {
  readonly at: string;
  readonly run: (session: Session, payload: unknown, db: Database) => unknown;
  readonly answer: (payload: unknown) => Answer;
  /** A value that the position takes and whose statements a payload's have to be. Default: `harmless`. */
  readonly like?: (payload: unknown) => unknown;
  /** A payload's statements with the names taken out that it may give. */
  readonly plain?: (sql: string, payload: unknown) => string;
  /** How many statements a call sends that is not refused. Default 1; `any` where that is the flush's to say. */
  readonly sends?: number | 'any';
  /** How many of its own it sends before the payload is given. Default none. */
  readonly prepared?: number;
  /** Runs in a transaction that is rolled back. */
  readonly writes?: boolean;
}

/** Statements that begin and end transactions, which calls are run in. */
const CONTROL = /^(?:BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE)/;

interface Outcome {
  readonly value?: unknown;
  readonly error?: unknown;
  readonly sent: readonly string[];
}

class Undo extends Error {}

async function attempt(db: Database, position: Position, payload: unknown, writes = position.writes): Promise<Outcome> {
  const sent: string[] = [];
  const listen = (event: unknown): void => {
    const { sql } = event as StatementEvent;
    if (!CONTROL.test(sql)) sent.push(sql);
  };
  statementChannel.subscribe(listen);
  let value: unknown;
  try {
    if (writes === true) {
      await db.transaction(async (session) => {
        value = await position.run(session, payload, db);
        throw new Undo();
      });
    } else value = await position.run(db.session(), payload, db);
  } catch (error) {
    if (!(error instanceof Undo)) return { error, sent };
  } finally {
    statementChannel.unsubscribe(listen);
  }
  return { value, sent };
}

/** What is wrong with what a position made of a payload; undefined if it is right. */
async function problemWith(
  db: Database,
  position: Position,
  payload: unknown,
  shapes: Map<string, readonly string[]>,
): Promise<string | undefined> {
  const answer = position.answer(payload);
  // What is to be refused needs no transaction: nothing may come of it.
  const { value, error, sent } = await attempt(db, position, payload, position.writes && answer.kind !== 'refused');
  if (error !== undefined) {
    if (!(error instanceof BlazeError))
      return `an error that is no BlazeError: ${shown((error as Error)?.stack ?? error)}`;
    if (answer.kind === 'open') return undefined;
    if (answer.kind !== 'refused') return `refused, and it is plain data here: ${shown(error.message)}`;
    return sent.length > (position.prepared ?? 0) ? `refused after something was sent: ${shown(sent)}` : undefined;
  }
  if (answer.kind === 'refused') return `not refused: it gave ${shown(value)} by ${shown(sent)}`;
  const wrong = differs(value, answer);
  if (wrong !== undefined) return wrong;
  const plain = sent.map((sql) => position.plain?.(sql, payload) ?? sql);
  const expected = await shapeFor(db, position, payload, shapes);
  return isDeepStrictEqual(plain, expected) ? undefined : `sent ${shown(plain)}, a harmless value ${shown(expected)}`;
}

function differs(value: unknown, answer: Answer): string | undefined {
  if (answer.kind === 'is')
    return isDeepStrictEqual(value, answer.value) ? undefined : `gave ${shown(value)}, not ${shown(answer.value)}`;
  if (answer.kind !== 'between') return undefined;
  const found = new Set(value as readonly unknown[]);
  const missing = answer.least.filter((item) => !found.has(item));
  const more = [...found].filter((item) => !answer.most.includes(item));
  return missing.length + more.length === 0 ? undefined : `missed ${shown(missing)} and gave besides ${shown(more)}`;
}

/** The statements that a harmless value sends. */
async function shapeFor(
  db: Database,
  position: Position,
  payload: unknown,
  shapes: Map<string, readonly string[]>,
): Promise<readonly string[]> {
  const like = (position.like ?? harmless)(payload);
  const key = shown(like, Infinity);
  let shape = shapes.get(key);
  if (shape === undefined) {
    const { sent, error } = await attempt(db, position, like);
    if (error !== undefined) throw new Error(`${position.at} refuses the harmless ${key}`, { cause: error });
    if (position.sends !== 'any') expect(sent, `${position.at}: ${key}`).toHaveLength(position.sends ?? 1);
    shapes.set(key, (shape = sent.map((sql) => position.plain?.(sql, like) ?? sql)));
  }
  return shape;
}

/** Try all payloads at a position. Failures name the position and each payload that got through. */
export async function expectSafe(db: Database, position: Position, payloads: Iterable<Payload>): Promise<void> {
  const shapes = new Map<string, readonly string[]>();
  const problems: string[] = [];
  for (const { name, value } of payloads) {
    const problem = await problemWith(db, position, value, shapes);
    if (problem !== undefined) problems.push(`${position.at} ← ${name}: ${problem}`);
  }
  // The first few tell what is wrong.
  const rest = problems.splice(5);
  expect(rest.length > 0 ? [...problems, `… and ${rest.length + 1} more`] : problems).toEqual([]);
}

function shown(value: unknown, most = 400): string {
  const text = textOf(value);
  return text.length > most ? `${text.slice(0, most)}… (${text.length})` : text;
}

/** As JSON where it can be. */
function textOf(value: unknown): string {
  try {
    return (
      JSON.stringify(value, (_, item: unknown) =>
        typeof item === 'bigint'
          ? `${item}n`
          : item instanceof RegExp || typeof item === 'symbol'
            ? String(item)
            : item,
      ) ?? String(value)
    );
  } catch {
    return inspect(value);
  }
}

/** How many rows each table has: what can be looked at after each position. */
export async function glanceAt(db: Database): Promise<Record<string, number>> {
  const session = db.session();
  const counts: Record<string, number> = {};
  for (const { table } of db.registry.models) {
    const [row] = await session.sql<{ n: number | bigint }>`SELECT COUNT(*) AS n FROM ${session.sql.id(table)}`;
    counts[table] = Number(row!.n);
  }
  return counts;
}

/** Everything that a database holds: tables, columns, indexes and constraints, and the rows of each table. */
export async function pictureOf(db: Database): Promise<string> {
  const session = db.session();
  const hash = createHash('sha256');
  const add = (rows: unknown): void => void hash.update(shown(rows, Infinity));
  for (const query of catalogue()) {
    const strings = Object.assign([query], { raw: [query] });
    add(await session.sql(strings));
  }
  const tables = new Set(db.registry.models.map(({ table }) => table));
  for (const table of [...tables].sort()) add(await session.sql`SELECT * FROM ${session.sql.id(table)} ORDER BY 1, 2`);
  return hash.digest('hex');
}

function catalogue(): readonly string[] {
  if (engine === 'sqlite') return ['SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY 1, 2'];
  const own = engine === 'postgres' ? "table_schema = 'public'" : 'table_schema = DATABASE()';
  const columns = `SELECT table_name, column_name, data_type, column_default, is_nullable FROM information_schema.columns WHERE ${own} ORDER BY 1, 2`;
  const constraints = `SELECT table_name, constraint_name, constraint_type FROM information_schema.table_constraints WHERE ${own} ORDER BY 1, 2`;
  const schemas =
    engine === 'postgres'
      ? 'SELECT nspname FROM pg_namespace ORDER BY 1'
      : 'SELECT DATABASE() AS own, CURRENT_USER() AS me';
  const indexes =
    engine === 'postgres'
      ? "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1"
      : `SELECT table_name, index_name, column_name FROM information_schema.statistics WHERE ${own} ORDER BY 1, 2, seq_in_index`;
  return [columns, constraints, indexes, schemas];
}
