import { createHash } from 'node:crypto';
import { rootOf } from '../core/inheritance.ts';
import { compositeMapKey } from '../core/keys.ts';
import type { FieldMeta, ModelMeta } from '../core/metadata.ts';

/**
 * Where tables are that name no schema of their own: `undefined` where the server says. The same table may be reached both
 * ways, so what is written the one way falls for those who read the other way, as a whole.
 */
export type Place = string | undefined;

/** Of any text one that is short and has no character with a meaning in names. */
export function safe(text: string): string {
  return /^[\w-]{1,80}$/.test(text) ? text : `~${digest(text)}`;
}

/** As UTF-16, so that no two texts are one, however ill-formed. */
export function digest(text: string): string {
  return createHash('sha256').update(Buffer.from(text, 'utf16le')).digest('base64url').slice(0, 32);
}

/** The table of a model: all classes that share it have one. */
export function tableName(meta: ModelMeta, place: Place): string {
  const { table, schema } = rootOf(meta);
  const where = schema ?? place;
  return where === undefined ? safe(table) : `${safe(where)}.${safe(table)}`;
}

/** What entries of single rows stand with: the row, all rows of the table, and the table under its other names. */
export function rowMarks(meta: ModelMeta, place: Place, key: string): string[] {
  const table = tableName(meta, place);
  return [`row:${table}:${key}`, `rows:${table}`, ...otherMarks(meta, place, 'read')];
}

/** What results stand with, for each table that was read. */
export function tableMarks(meta: ModelMeta, place: Place): string[] {
  return [`table:${tableName(meta, place)}`, ...otherMarks(meta, place, 'read')];
}

/** What changes with single rows. */
export function changedRowMarks(meta: ModelMeta, place: Place, keys: readonly string[]): string[] {
  const table = tableName(meta, place);
  return [...keys.map((key) => `row:${table}:${key}`), `table:${table}`, ...otherMarks(meta, place, 'written')];
}

/** What changes with rows that are not known one by one. */
export function changedTableMarks(meta: ModelMeta, place: Place): string[] {
  const table = tableName(meta, place);
  return [`rows:${table}`, `table:${table}`, ...otherMarks(meta, place, 'written')];
}

/** What changes with new rows: no entry is of them yet. */
export function addedMarks(meta: ModelMeta, place: Place): string[] {
  return changedRowMarks(meta, place, []);
}

export function tagMark(tag: string): string {
  return `tag:${safe(tag)}`;
}

/** A model whose schema is its own has one name. */
function otherMarks(meta: ModelMeta, place: Place, how: 'read' | 'written'): string[] {
  const { table, schema } = rootOf(meta);
  if (schema !== undefined) return [];
  const named = (place === undefined) === (how === 'read');
  return [`${named ? 'named' : 'unnamed'}:${safe(table)}`];
}

/** A key as text, the same for all who mean the row. Undefined for keys that have none. */
export function keyText(meta: ModelMeta, parts: readonly unknown[]): string | undefined {
  const text = compositeMapKey(meta, parts);
  return parts.some((part, i) => !isPlain(meta.key[i]!, part)) ? undefined : safe(text);
}

/** Whether a Map would compare it by what it is, rather than by which object. */
function isPlain({ type }: FieldMeta, part: unknown): boolean {
  if (part instanceof Uint8Array || part instanceof Date) return type.kind !== 'custom';
  return typeof part !== 'object' && typeof part !== 'symbol' && part !== undefined;
}

/**
 * What the form of a model's rows depends on: columns, their types and order, and whoever reads them. Processes of two releases
 * never take rows of another form from each other.
 */
export function formOf(columns: readonly FieldMeta[], reader: string): string {
  const text = columns.map(({ column, type, nullable }) => [column, type, nullable]);
  return digest(JSON.stringify([FORMAT, reader, text]));
}

/** Of the texts of rows. */
const FORMAT = 1;
