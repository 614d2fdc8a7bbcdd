import { InvalidValueError } from '../../utils/errors.ts';

/** What the protocol, or the text of a statement, adds to each value, and a little more. */
const OVERHEAD = 24;

/**
 * A server hangs up on a statement that is larger than its limit, so such a one is not sent.
 *
 * @param asText Whether the values go in the text of the statement: escapes and hexadecimal digits may double them.
 * @throws InvalidValueError
 */
export function refuseTooLarge(sql: string, values: readonly unknown[], limit: number, asText: boolean): void {
  const factor = asText ? 2 : 1;
  // No unit of a text has more than three bytes, with its escape.
  let most = sql.length * 3 + values.length * OVERHEAD;
  for (const value of values)
    if (typeof value === 'string') most += value.length * 3;
    else if (value instanceof Uint8Array) most += value.byteLength * factor;
  if (most <= limit) return;
  let bytes = Buffer.byteLength(sql) + values.length * OVERHEAD;
  for (const value of values)
    if (typeof value === 'string') bytes += Buffer.byteLength(value) * factor;
    else if (value instanceof Uint8Array) bytes += value.byteLength * factor;
  if (bytes <= limit) return;
  throw new InvalidValueError(
    `A statement of ${bytes} bytes, values included, is more than the ${limit} that the server takes at once (max_allowed_packet).`,
    { remedy: 'Raise that setting of the server, or send less in one value.' },
  );
}
