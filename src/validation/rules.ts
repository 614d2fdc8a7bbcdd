import type { Verdict } from '../core/types/index.ts';
import { InvalidQueryError } from '../utils/errors.ts';

/** A rule for `validators`: a function with a code, by which an application can say the message in its own words. */
export interface Rule<V> {
  (value: V): Verdict;
  readonly ruleCode: string;
}

function rule<V>(ruleCode: string, isRight: (value: V) => boolean, message: string): Rule<V> {
  return Object.assign((value: V): Verdict => (isRight(value) ? undefined : message), { ruleCode });
}

/** As HTML does for `<input type="email">` (https://html.spec.whatwg.org/#valid-e-mail-address). */
const EMAIL = /^[\w.!#$%&'*+/=?^`{|}~-]+@[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?(?:\.[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?)*$/i;
const SLUG = /^[a-z\d]+(?:[-_][a-z\d]+)*$/;

/** Something with an order: decimals are texts of digits, dates and times texts that sort as they are. */
type Ordered = number | bigint | Date | string;

/**
 * Rules for fields. Each is a function for `validators`; NULL is never shown to one. Messages go on where the name of
 * the field ends: "Author.email must be an email address."
 *
 * @example
 * ```ts
 * import { f, model, rules } from 'blazeorm';
 * export class Author extends model('author', {
 *   id: f.auto(),
 *   email: f.string({ validators: [rules.email()] }),
 *   age: f.int({ nullable: true, validators: [rules.min(0), rules.max(150)] }),
 * }) {}
 * ```
 */
export const rules = Object.freeze({
  /** At least so many characters. */
  minLength: (length: number) =>
    rule<string>(
      'minLength',
      (text) => Array.from(text).length >= length,
      `must have at least ${wholeNumber('minLength', length)} characters`,
    ),
  /** At most so many characters; `maxLength` of the field says so to the database, too. */
  maxLength: (length: number) =>
    rule<string>(
      'maxLength',
      (text) => Array.from(text).length <= length,
      `must have at most ${wholeNumber('maxLength', length)} characters`,
    ),
  /** Something else than blanks. */
  notBlank: () => rule<string>('notBlank', (text) => text.trim() !== '', 'must not be blank'),
  /** Matches a pattern as a whole or in part, as the pattern says. */
  pattern: (pattern: RegExp, message = 'is not of the form that it must have') => {
    // Without the flags that remember where the last search ended.
    const stateless = new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, ''));
    return rule<string>('pattern', (text) => stateless.test(text), message);
  },
  /** An email address, as browsers understand it. */
  email: () => rule<string>('email', (text) => EMAIL.test(text), 'must be an email address'),
  /** An absolute URL of one of these protocols. */
  url: (protocols: readonly string[] = ['http', 'https']) =>
    rule<string>('url', (text) => isUrl(text, protocols), `must be a URL of ${protocols.join(' or ')}`),
  /** Letters a to z and digits in lower case, with single hyphens or underscores between them. */
  slug: () =>
    rule<string>('slug', (text) => SLUG.test(text), 'must be a slug: a-z, 0-9, and single - or _ between them'),
  /** Not less than this. Decimals are compared exactly. */
  min: <V extends Ordered>(limit: V) =>
    rule<V>('min', (value) => compare(value, limit) >= 0, `must be at least ${shown(limit)}`),
  /** Not more than this. */
  max: <V extends Ordered>(limit: V) =>
    rule<V>('max', (value) => compare(value, limit) <= 0, `must be at most ${shown(limit)}`),
});

function wholeNumber(name: string, value: number): number {
  if (Number.isInteger(value) && value >= 0) return value;
  throw new InvalidQueryError(`rules.${name}() takes a whole number from 0.`);
}

function isUrl(text: string, protocols: readonly string[]): boolean {
  return URL.canParse(text) && protocols.includes(new URL(text).protocol.slice(0, -1));
}

function shown(value: Ordered): string {
  return value instanceof Date ? value.toISOString() : String(value);
}

const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?$/;

function compare(left: Ordered, right: Ordered): number {
  const [a, b] = typeof left === 'string' && typeof right === 'string' ? inUnits(left, right) : [left, right];
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Two decimals as whole numbers of the last digit of either; other texts as they are. */
function inUnits(left: string, right: string): readonly [bigint, bigint] | readonly [string, string] {
  const a = DECIMAL.exec(left);
  const b = DECIMAL.exec(right);
  if (a === null || b === null) return [left, right];
  const scale = Math.max(a[3]?.length ?? 0, b[3]?.length ?? 0);
  return [units(a, scale), units(b, scale)];
}

function units([, sign, whole, fraction = '']: RegExpExecArray, scale: number): bigint {
  return BigInt(`${sign}${whole}${fraction.padEnd(scale, '0')}`);
}
