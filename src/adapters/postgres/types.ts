import { parseTimestamp } from '../../dialects/postgres/timestamps.ts';

/** The text of a value as the server gives it, to the value. */
export type Parser = (text: string) => unknown;

/** The parser of a type by its number; undefined where the text itself is the value. */
export type ParserOf = (oid: number) => Parser | undefined;

/**
 * How values of results come: numbers and booleans as such, all else as the server's text, which the dialect's codecs
 * read. Of whole numbers of 64 bits, those of up to 15 digits are numbers and others bigints, so that none is rounded.
 */
const PARSERS = new Map<number, Parser>([
  [16, (text) => text === 't'],
  [20, (text) => (text.length < 16 ? Number(text) : BigInt(text))],
  [21, Number],
  [23, Number],
  [26, Number],
  [700, Number],
  [701, Number],
]);

const NAMED = new Map<number, Parser>([
  ...PARSERS,
  [20, (text) => (Number.isSafeInteger(Number(text)) ? Number(text) : BigInt(text))],
  [17, (text) => new Uint8Array(Buffer.from(text.slice(2), 'hex'))],
  [114, (text) => JSON.parse(text) as unknown],
  [3802, (text) => JSON.parse(text) as unknown],
  // What is no Date stays the server's text: `infinity`, a year before the first.
  [1184, (text) => parseTimestamp(text) ?? text],
]);

/** For queries of models: the codecs do the rest. */
export const rawParser: ParserOf = (oid) => PARSERS.get(oid);

/** For statements of the application's own, which no model describes: dates, bytes and JSON are read too. */
export const namedParser: ParserOf = (oid) => NAMED.get(oid);
