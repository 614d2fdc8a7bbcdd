import { canCompile, compileFunction } from '../../utils/codegen.ts';
import type { Rows } from '../adapter.ts';
import type { ColumnKind } from './types.ts';
import { DATA_ROW, firstValue, int32, messageLength } from './wire.ts';
import type { RowBatch } from './wire.ts';

/** Reads the rows of a batch, all that follow each other, and adds them to those that were read before. */
export type RowReader = (batch: RowBatch, rows: Rows) => void;

/**
 * A row up to this size is made one string, of which its texts are slices: one call into native code for a row instead
 * of one for each value. A slice keeps the whole row's string in memory, so a row with long texts is read one by one.
 */
const SMALL = 2_048;

/** The reader of rows with these columns: made once per statement, by code generation where that is allowed. */
export function rowReader(columns: readonly ColumnKind[]): RowReader {
  return canCompile ? generatedReader(columns) : interpretingReader(columns);
}

/** Digits of a whole number that a number holds exactly. */
function readInt(bytes: Buffer, from: number, to: number): number {
  const negative = bytes[from] === 45;
  let value = 0;
  for (let i = negative ? from + 1 : from; i < to; i++) value = value * 10 + bytes[i]! - 48;
  return negative ? -value : value;
}

function readBigint(bytes: Buffer, from: number, to: number): number | bigint {
  return to - from < 16 ? readInt(bytes, from, to) : BigInt(bytes.toString('latin1', from, to));
}

function readBool(bytes: Buffer, from: number): boolean {
  return bytes[from] === 116;
}

/** Plain ASCII is a slice of the row's text, where there is one; all else is decoded. */
function readText(bytes: Buffer, from: number, to: number, row: string, start: number): string {
  if (row === '') return bytes.toString('utf8', from, to);
  for (let i = from; i < to; i++) if (bytes[i]! > 127) return bytes.toString('utf8', from, to);
  return row.slice(from - start, to - start);
}

const READERS = { int: readInt, bigint: readBigint, bool: readBool, text: readText };

/** One loop with the columns written into it. */
export function generatedReader(columns: readonly ColumnKind[]): RowReader {
  const scope: Record<string, unknown> = { DATA_ROW, SMALL, int32, ...READERS };
  const needsText = columns.some((kind) => kind !== 'int' && kind !== 'bool' && kind !== 'bigint');
  const reads = columns.map((kind, c) => {
    const text = 'text(b, p, e, row, at)';
    const value = typeof kind === 'function' ? `parse${c}(${text})` : kind === 'text' ? text : `${kind}(b, p, e)`;
    if (typeof kind === 'function') scope[`parse${c}`] = kind;
    return `let v${c} = null;
      n = int32(b, p); p += 4;
      if (n >= 0) { e = p + n; v${c} = ${value}; p = e; }`;
  });
  return compileFunction(
    scope,
    `return function read(batch, rows) {
    const b = batch.bytes, end = b.length;
    let at = batch.from;
    while (at + 5 <= end && b[at] === DATA_ROW) {
      const next = at + int32(b, at + 1) + 1;
      if (next > end) break;
      ${needsText ? "const row = next - at <= SMALL ? b.latin1Slice(at, next) : '';" : ''}
      let p = at + 7, e = 0, n = 0;
      ${reads.join('\n      ')}
      rows.push([${columns.map((_, c) => `v${c}`).join(', ')}]);
      at = next;
    }
    batch.next = at;
  };`,
  );
}

/** The same without generated code. */
export function interpretingReader(columns: readonly ColumnKind[]): RowReader {
  return (batch, rows) => {
    const { bytes } = batch;
    let at = batch.from;
    while (at + 5 <= bytes.length && bytes[at] === DATA_ROW) {
      const next = at + messageLength(bytes, at);
      if (next > bytes.length) break;
      let from = firstValue(at);
      rows.push(
        columns.map((kind) => {
          const length = int32(bytes, from);
          from += 4 + Math.max(0, length);
          return length < 0 ? null : readValue(kind, bytes, from - length, from);
        }),
      );
      at = next;
    }
    batch.next = at;
  };
}

function readValue(kind: ColumnKind, bytes: Buffer, from: number, to: number): unknown {
  if (typeof kind === 'function') return kind(readText(bytes, from, to, '', 0));
  return READERS[kind](bytes, from, to, '', 0);
}
