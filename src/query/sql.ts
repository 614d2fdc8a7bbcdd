import type { Expression, RawExpression, RawIdentifier, RawText } from '../core/ast/expressions.ts';
import type { SqlTag } from '../core/types/index.ts';
import { InvalidValueError } from '../utils/errors.ts';
import { ExpressionBuilder } from './expressions.ts';
import { plainValue } from './nodes.ts';

/** A quoted identifier, made by `sql.id` alone. */
export class Identifier {
  readonly identifier: readonly string[];

  constructor(names: readonly string[]) {
    if (names.length === 0 || !names.every(isName)) {
      throw new InvalidValueError("sql.id() takes one or more names: sql.id('schema', 'table').");
    }
    this.identifier = Object.freeze([...names]);
    Object.freeze(this);
  }
}

/** Half of a surrogate pair would become another character on its way, and so another name. */
function isName(name: unknown): boolean {
  return typeof name === 'string' && name !== '' && !name.includes('\0') && name.isWellFormed();
}

/** SQL text with its values: what the tag gives. It is an expression, and can stand inside another. */
export class Fragment extends ExpressionBuilder {
  readonly strings: readonly string[];
  readonly values: readonly unknown[];

  constructor(strings: readonly string[], values: readonly unknown[]) {
    super(rawNode(strings, values), 'sql');
    this.strings = strings;
    this.values = values;
  }
}

/** The node of a template: its text, and between it identifiers, expressions and parameters. */
export function rawNode(strings: readonly string[], values: readonly unknown[]): RawExpression {
  const parts: (RawText | RawIdentifier | Expression)[] = [];
  for (const [i, text] of strings.entries()) {
    if (text !== '') parts.push({ kind: 'text', text });
    if (i < values.length) parts.push(partOf(values[i]));
  }
  // The type is the caller's claim (sql<number>`…`): values of raw SQL come as the driver gives them.
  return { kind: 'raw', parts, type: { kind: 'custom', codec: AS_IT_IS, columnType: 'any' }, nullable: true };
}

const AS_IT_IS = Object.freeze({ encode: (value: unknown) => value as string, decode: (value: unknown) => value });

function partOf(value: unknown): RawIdentifier | Expression {
  if (value instanceof Identifier) return { kind: 'identifier', names: value.identifier };
  return ExpressionBuilder.is(value)
    ? ExpressionBuilder.node(value)
    : plainValue(value, { model: 'sql', field: 'value' });
}

const tag = (strings: TemplateStringsArray, ...values: readonly unknown[]): Fragment => {
  checkTemplate(strings);
  return new Fragment(strings, values);
};

/** @throws InvalidValueError for a call with a text in brackets. */
export function checkTemplate(strings: TemplateStringsArray): void {
  if (!Array.isArray(strings) || !Object.hasOwn(strings, 'raw') || !Array.isArray(strings.raw))
    throw new InvalidValueError('sql is a template tag: write sql`…`, so that values become parameters.');
}

/**
 * Raw SQL with bound values: every `${value}` is a parameter, `${p.title}` a column, `${sql.id('name')}` a quoted name.
 *
 * @example
 * ```ts
 * import { sql } from 'blazeorm';
 * export const recent = (days: number) => sql<number>`julianday('now') - ${days}`;
 * ```
 */
export const sql = Object.assign(tag, { id: (...names: string[]) => new Identifier(names) }) as unknown as SqlTag; // Named cast: the fragment's value type is the caller's.
