import type mysql from 'mysql2';
import { InvalidValueError } from '../../utils/errors.ts';

/** The driver's way to say which type a value has. */
export type Typed = Pick<typeof mysql.TypedParameter, 'LONGLONG'>;

/**
 * Values as the driver is to send them. By itself it sends every number as a floating-point one, and bigints as text,
 * with which servers compute in 53 bits.
 */
export function typedParameters(values: readonly unknown[], { LONGLONG }: Typed): readonly unknown[] {
  return values.map((value) =>
    typeof value === 'bigint' || (Number.isSafeInteger(value) && !Object.is(value, -0))
      ? LONGLONG(value as number | bigint)
      : value,
  );
}

/** What the protocol adds to each value, and a little more. */
const OVERHEAD = 16;

/**
 * A server hangs up on a statement that is larger than its limit, so such a one is not sent.
 *
 * @throws InvalidValueError
 */
export function refuseTooLarge(
  sql: string,
  values: readonly unknown[],
  { maxPacket, prepare }: { readonly maxPacket: number; readonly prepare: boolean },
): void {
  // No unit of a text has more than three bytes, and in the text of a statement each may have an escape beside it.
  const factor = prepare ? 1 : 2;
  let most = (sql.length * 3 + values.length * OVERHEAD) * factor;
  for (const value of values)
    if (typeof value === 'string') most += value.length * 3 * factor;
    else if (value instanceof Uint8Array) most += value.byteLength * factor;
  if (most <= maxPacket) return;
  const bytes = Buffer.byteLength(sql) + values.reduce<number>((sum, value) => sum + bytesOf(value) * factor, 0);
  if (bytes <= maxPacket) return;
  throw new InvalidValueError(
    `The statement has ${bytes} bytes with its values, and the server takes ${maxPacket} at once (max_allowed_packet).`,
    { remedy: 'Raise that setting of the server, or send less in one value.' },
  );
}

function bytesOf(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value) + OVERHEAD;
  return value instanceof Uint8Array ? value.byteLength + OVERHEAD : OVERHEAD;
}
