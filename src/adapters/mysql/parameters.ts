import type mysql from 'mysql2';

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
