import { EventEmitter } from 'node:events';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runMessage } from '../../../src/adapters/postgres/messages.ts';
import { generatedReader, interpretingReader } from '../../../src/adapters/postgres/row-reader.ts';
import { namedKind, rawKind } from '../../../src/adapters/postgres/types.ts';
import { RowFilter } from '../../../src/adapters/postgres/wire.ts';
import type { RowBatch } from '../../../src/adapters/postgres/wire.ts';
import { formatArray, parseArray } from '../../../src/dialects/postgres/arrays.ts';

const SEEDS = [7, 1999, 20_260];

/** A message as the server sends it. */
function message(kind: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.write(kind, 'latin1');
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

function dataRow(values: readonly (string | null)[]): Buffer {
  const parts = [Buffer.from([0, values.length])];
  for (const value of values) {
    const bytes = value === null ? Buffer.alloc(0) : Buffer.from(value);
    const length = Buffer.alloc(4);
    length.writeInt32BE(value === null ? -1 : bytes.length);
    parts.push(length, bytes);
  }
  return message('D', Buffer.concat(parts));
}

/** What goes where when a stream of bytes comes in pieces that end anywhere. */
function filtered(bytes: Buffer, cuts: readonly number[], read: (batch: RowBatch) => void): Buffer {
  const source = new EventEmitter();
  const others: Buffer[] = [];
  const filter = new RowFilter(source, read).on('data', (piece: Buffer) => others.push(Buffer.from(piece)));
  filter.start();
  const ends = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  let from = 0;
  for (const end of [...ends, bytes.length]) {
    source.emit('data', bytes.subarray(from, end));
    from = end;
  }
  return Buffer.concat(others);
}

const text = fc.oneof(
  fc.string(),
  fc.string({ unit: 'grapheme', maxLength: 80 }),
  fc.string({ minLength: 2_040, maxLength: 2_100 }),
);
const int = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const row = fc.record({
  int: fc.option(int),
  big: fc.option(fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n)),
  bool: fc.option(fc.boolean()),
  text: fc.option(text),
  float: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true })),
});
const OIDS = [23, 20, 16, 25, 701];

describe('rows of PostgreSQL', () => {
  it.each(SEEDS)(
    'M3: whatever the values, and wherever the pieces end, rows are read and all else goes on (seed %i)',
    (seed) => {
      for (const readerOf of [generatedReader, interpretingReader]) {
        const read = readerOf(OIDS.map(rawKind));
        fc.assert(
          fc.property(
            fc.array(row, { maxLength: 12 }),
            fc.array(fc.nat(100_000), { maxLength: 20 }),
            fc.string(),
            (given, cuts, note) => {
              const other = message('C', Buffer.from(note));
              const messages = given.flatMap(({ int, big, bool, text, float }, i) => [
                dataRow([
                  string(int),
                  string(big),
                  bool === null ? null : bool ? 't' : 'f',
                  text,
                  float === null ? null : Object.is(float, -0) ? '-0' : String(float),
                ]),
                ...(i % 3 === 2 ? [other] : []),
              ]);
              const rows: unknown[][] = [];
              const rest = filtered(Buffer.concat([other, ...messages, other]), cuts, (batch) => read(batch, rows));
              expect(rows).toEqual(
                given.map(({ int, big, bool, text, float }) => [
                  int,
                  big === null ? null : short(big),
                  bool,
                  text,
                  float,
                ]),
              );
              expect(rest).toEqual(
                Buffer.concat(Array.from({ length: 2 + Math.floor(given.length / 3) }, () => other)),
              );
            },
          ),
          { seed, numRuns: 150 },
        );
      }
    },
  );

  it('a row that comes in many pieces, of one byte each at worst', () => {
    const long = 'ü'.repeat(50_000);
    const bytes = Buffer.concat([dataRow([long]), dataRow(['x'])]);
    const rows: unknown[][] = [];
    const read = generatedReader(['text']);
    filtered(
      bytes,
      Array.from({ length: 3_000 }, (_, i) => i),
      (batch) => read(batch, rows),
    );
    expect(rows).toEqual([[long], ['x']]);
  });

  it('A1: before the server has said that it is ready, all goes on as it came, whatever it is', () => {
    const source = new EventEmitter();
    const others: Buffer[] = [];
    new RowFilter(source, () => expect.fail('no rows')).on('data', (piece: Buffer) => others.push(piece));
    const greeting = Buffer.from('D\x00\x00\x00\x009.7.4\xff\xff', 'latin1');
    source.emit('data', greeting);
    expect(others).toEqual([greeting]);
  });

  it('the driver’s own queries get a row’s texts', () => {
    const fields: unknown[] = [];
    filtered(Buffer.concat([dataRow(['a', null, '']), dataRow([])]), [], (batch) => fields.push(batch.fields));
    expect(fields).toEqual([['a', null, ''], []]);
  });

  it('statements of the application: dates, bytes and JSON are read too', () => {
    const rows: unknown[][] = [];
    const read = generatedReader([17, 114, 3802, 1184].map(namedKind));
    filtered(dataRow(['\\x00ff', '{"a":1}', '[null]', '2026-03-29 02:30:00.5+00']), [], (batch) => read(batch, rows));
    expect(rows).toEqual([[new Uint8Array([0, 255]), { a: 1 }, [null], new Date('2026-03-29T02:30:00.500Z')]]);
  });
});

describe('statements to PostgreSQL', () => {
  it('M3: a statement that is sent for the first time, whole', () => {
    const sent = runMessage({ name: 's1', text: 'SELECT $1, $2' }, ['é', null], { parse: true, describe: true });
    const expected = Buffer.concat([
      message('P', Buffer.concat([Buffer.from('s1\0SELECT $1, $2\0'), Buffer.from([0, 0])])),
      message(
        'B',
        Buffer.concat([
          Buffer.from('\0s1\0'),
          Buffer.from([0, 0, 0, 2, 0, 0, 0, 2]),
          Buffer.from('é'),
          Buffer.from([255, 255, 255, 255, 0, 0]),
        ]),
      ),
      message('D', Buffer.from('P\0')),
      message('E', Buffer.from([0, 0, 0, 0, 0])),
      message('S', Buffer.alloc(0)),
    ]);
    expect(sent).toEqual(expected);
  });

  it('M3: bytes go as bytes', () => {
    const sent = runMessage({ name: '', text: '' }, [Buffer.from([0, 1]), 'a'], { parse: false, describe: false });
    const bind = Buffer.concat([
      Buffer.from([0, 0, 0, 2, 0, 1, 0, 0, 0, 2]),
      Buffer.from([0, 0, 0, 2, 0, 1]),
      Buffer.from([0, 0, 0, 1, 97, 0, 0]),
    ]);
    expect(sent).toEqual(
      Buffer.concat([message('B', bind), message('E', Buffer.alloc(5)), message('S', Buffer.alloc(0))]),
    );
  });

  it.each(SEEDS)('M3: any list is the text of the same array (seed %i)', (seed) => {
    const item = fc.oneof(
      text,
      int,
      fc.double({ noNaN: true }),
      fc.boolean(),
      fc.bigInt(),
      fc.constant(null),
      fc.constant('NULL'),
      fc.string({ unit: fc.constantFrom('"', '\\', '{', ',') }),
    );
    fc.assert(
      fc.property(fc.array(item, { maxLength: 40 }), (items) => {
        const literal = listText(items);
        const texts = items.map((value) => (value === null ? null : Object.is(value, -0) ? '-0' : String(value)));
        expect(parseArray(literal)).toEqual(texts);
        expect(parseArray(formatArray(texts))).toEqual(texts);
      }),
      { seed, numRuns: 300 },
    );
  });
});

function string(value: number | bigint | null): string | null {
  return value === null ? null : String(value);
}

/** Whole numbers of up to 15 digits are numbers. */
function short(value: bigint): number | bigint {
  return String(value).length < 16 ? Number(value) : value;
}

/** The one value of a message that was sent, as text. */
function listText(items: readonly unknown[]): string {
  const sent = runMessage({ name: '', text: '' }, [items], { parse: false, describe: false });
  const start = 5 + 2 + 2 + 2;
  return sent.toString('utf8', start + 4, start + 4 + sent.readInt32BE(start));
}
