import type { FieldPacket } from 'mysql2';
import { readJson } from '../../dialects/codecs.ts';
import type { Rows } from '../adapter.ts';

/** Numbers of types in the protocol (https://dev.mysql.com/doc/dev/mysql-server/latest/field__types_8h.html). */
const [LONGLONG, BIT, TIMESTAMP, DATETIME, JSON_TYPE] = [8, 16, 7, 12, 245];

type Read = (value: unknown) => unknown;

/** For statements of the application's own, which no model describes: dates, JSON and bytes are read too. */
export function readNamed(rows: Rows, fields: readonly FieldPacket[]): Rows {
  const readers = fields.map(readerOf);
  if (readers.every((read) => read === undefined)) return rows;
  return rows.map((row) =>
    row.map((value, i) => (value === null || readers[i] === undefined ? value : readers[i](value))),
  );
}

function readerOf(field: FieldPacket): Read | undefined {
  const type = field.columnType ?? field.type;
  if (type === LONGLONG) return (value) => (typeof value === 'string' ? BigInt(value) : value);
  if (type === DATETIME || type === TIMESTAMP)
    return (value) => (typeof value === 'string' ? new Date(`${value.replace(' ', 'T')}Z`) : value);
  if (type === BIT) return (value) => (value instanceof Uint8Array ? value.some((byte) => byte !== 0) : value);
  if (type === JSON_TYPE || ('extendedFormat' in field && field.extendedFormat === 'json'))
    return (value) => (typeof value === 'string' ? readJson(value) : value);
  return (value) => (value instanceof Uint8Array ? new Uint8Array(value) : value);
}
