import { ColumnDefinition } from '../../core/definitions.ts';
import type { ValueType } from '../../core/value-types.ts';
import { caseWhen } from '../../query/case.ts';
import { Fragment, sql } from '../../query/sql.ts';
import { cast, coalesce, concat, greatest, least, now, value } from '../../query/functions.ts';
import { call, member, textOf } from './code.ts';
import { templateText } from './literals.ts';
import type { Code } from './code.ts';
import { typeCode } from './columns.ts';
import type { Imports } from './imports.ts';
import { valueCode } from './values.ts';

/** A condition as one writes it: calls on columns. It can be printed, and it can be done. */
export type Term =
  | { readonly kind: 'field'; readonly name: string }
  /** `type`: what the node says of it, which need not be what a method would take it for. */
  | { readonly kind: 'value'; readonly value: unknown; readonly type?: ValueType }
  | { readonly kind: 'method'; readonly on: Term; readonly name: string; readonly args: readonly Term[] }
  | { readonly kind: 'function'; readonly name: FunctionName; readonly args: readonly Term[] }
  /** What `f.int()` stands for. */
  | { readonly kind: 'type'; readonly type: ValueType }
  /** Raw SQL around terms; `as`: the type that is claimed. */
  | {
      readonly kind: 'sql';
      readonly strings: readonly string[];
      readonly terms: readonly Term[];
      readonly as: 'boolean' | undefined;
    }
  | { readonly kind: 'name'; readonly names: readonly string[] }
  /** Parts of a duration, each a term. */
  | { readonly kind: 'members'; readonly members: Readonly<Record<string, Term>> };

/** The functions of no column that a term may call. */
const FUNCTIONS: Readonly<Record<FunctionName, unknown>> = {
  caseWhen,
  cast,
  coalesce,
  concat,
  greatest,
  least,
  now,
  value,
};

export type FunctionName = 'caseWhen' | 'cast' | 'coalesce' | 'concat' | 'greatest' | 'least' | 'now' | 'value';

/** What the callback calls the table's columns. */
const COLUMNS = 't';

/** A term as code. */
export function termCode(term: Term, imports: Imports): Code {
  const each = (terms: readonly Term[]): Code[] => terms.map((inner) => termCode(inner, imports));
  switch (term.kind) {
    case 'field':
      return member(COLUMNS, term.name);
    case 'value':
      return valueCode(term.value, 'A value of a condition');
    case 'method':
      return call(member(termCode(term.on, imports), term.name), ...each(term.args));
    case 'function':
      return call(imports.core(term.name), ...each(term.args));
    case 'type':
      return typeCode(term.type, imports);
    case 'sql': {
      const claim = term.as === undefined ? '' : `<${term.as}>`;
      const parts = each(term.terms).map((code) => `\${${textOf(code)}}`);
      const body = term.strings.map((part, i) => `${templateText(part, 'escaped')}${parts[i] ?? ''}`).join('');
      return { kind: 'template', text: `${imports.core('sql')}${claim}\`${body}\`` };
    }
    case 'name':
      return call(member(imports.core('sql'), 'id'), ...term.names.map((name) => valueCode(name, 'A name')));
    default:
      return {
        kind: 'object',
        members: Object.entries(term.members).map(([name, inner]) => [name, termCode(inner, imports)]),
      };
  }
}

/** Whether a term reads a column, so that its callback has a parameter. */
export function readsColumns(term: Term): boolean {
  switch (term.kind) {
    case 'field':
      return true;
    case 'method':
      return readsColumns(term.on) || term.args.some(readsColumns);
    case 'function':
      return term.args.some(readsColumns);
    case 'sql':
      return term.terms.some(readsColumns);
    case 'members':
      return Object.values(term.members).some(readsColumns);
    default:
      return false;
  }
}

export const PARAMETER: typeof COLUMNS = COLUMNS;

/** What the printed term gives when it runs. @throws whatever the query layer says to it. */
export function runTerm(term: Term, columns: object): unknown {
  const each = (terms: readonly Term[]): unknown[] => terms.map((inner) => runTerm(inner, columns));
  switch (term.kind) {
    case 'field':
      return methodOf(columns, term.name);
    case 'value':
      return term.value;
    case 'method': {
      const on = runTerm(term.on, columns) as object; // Named cast: methods stand on columns and on what they give.
      return Reflect.apply(methodOf(on, term.name) as Callable, on, each(term.args));
    }
    case 'function':
      return (FUNCTIONS[term.name] as Callable)(...each(term.args));
    case 'type':
      return new ColumnDefinition(term.type);
    case 'sql':
      return new Fragment(term.strings, each(term.terms));
    case 'name':
      return sql.id(...term.names);
    default:
      return Object.fromEntries(Object.entries(term.members).map(([name, inner]) => [name, runTerm(inner, columns)]));
  }
}

type Callable = (...args: readonly unknown[]) => unknown;

function methodOf(on: object, name: string): unknown {
  return (on as Readonly<Record<string, unknown>>)[name];
}
