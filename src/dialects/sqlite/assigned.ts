/**
 * Computed numbers on their way into a column, as SQL. SQLite stores whatever it is given; these say what servers do: they round
 * to what the column holds, and `refusal`, a call that fails, is what a number is that it cannot hold.
 */

/** A float as a whole number, as the servers store it: halves go to the even one, where `ROUND` leads away from zero. */
const HALF_TO_EVEN =
  'CAST(CASE WHEN ABS(v - CAST(v AS INTEGER)) = 0.5 THEN 2 * ROUND(v / 2) ELSE ROUND(v) END AS INTEGER)';
const LIMITS = { int: 2_147_483_647, smallInt: 32_767 };

/** A whole number, or a float that is rounded to one. */
export function storedWhole(sql: string, kind: 'int' | 'smallInt', isFloat: boolean, refusal: string): string {
  const computed = `(SELECT ${sql} AS v)`;
  const whole = isFloat ? `(SELECT ${HALF_TO_EVEN} AS v FROM ${computed})` : computed;
  const limit = LIMITS[kind];
  return `(SELECT CASE WHEN v IS NULL OR v BETWEEN ${-limit - 1} AND ${limit} THEN v ELSE ${refusal} END FROM ${whole})`;
}

/** A float as a scaled integer: halves are rounded away from zero, by the digits that it shows. */
export function storedUnits(sql: string, scale: number, refusal: string): string {
  return `(SELECT CASE WHEN v IS NOT NULL THEN COALESCE(blaze_units(v, ${scale}), ${refusal}) END FROM (SELECT ${sql} AS v))`;
}

/** A float that is a number; what is beyond the greatest one is infinite here. */
export function storedFloat(sql: string, refusal: string): string {
  return `(SELECT CASE WHEN v IS NULL OR ABS(v) <= 1.7976931348623157e308 THEN v ELSE ${refusal} END FROM (SELECT ${sql} AS v))`;
}
