import { readJson } from '../../dialects/codecs.ts';

/** The text of a value as the server gives it, to the value. */
export type Parser = (text: string) => unknown;

/**
 * How the values of a column are read: as the server's text, in a way for which no text is made, or by a parser of the
 * text. Whole numbers of 64 bits are numbers up to 15 digits and bigints above, so that none is rounded.
 */
export type ColumnKind = 'text' | 'int' | 'bigint' | 'bool' | Parser;

/** How a type is read, by its number. */
export type KindOf = (oid: number) => ColumnKind;

const KINDS = new Map<number, ColumnKind>([
  [16, 'bool'],
  [20, 'bigint'],
  [21, 'int'],
  [23, 'int'],
  [26, 'int'],
  [700, Number],
  [701, Number],
]);

const NAMED = new Map<number, ColumnKind>([
  ...KINDS,
  [17, (text) => new Uint8Array(Buffer.from(text.slice(2), 'hex'))],
  [114, readJson],
  [3802, readJson],
  [1184, (text) => new Date(text.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00'))],
]);

/** For queries of models: numbers and booleans as such, all else as text, which the dialect's codecs read. */
export const rawKind: KindOf = (oid) => KINDS.get(oid) ?? 'text';

/** For statements of the application's own, which no model describes: dates, bytes and JSON are read too. */
export const namedKind: KindOf = (oid) => NAMED.get(oid) ?? 'text';
