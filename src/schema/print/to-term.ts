import type { CallExpression, Expression, JsonExpression, ParamExpression } from '../../core/ast/expressions.ts';
import type { ValueType } from '../../core/value-types.ts';
import { attributeOf } from '../historical.ts';
import type { FunctionName, Term } from './terms.ts';
import { plainCode } from './values.ts';

/**
 * A resolved expression as the calls that make it, in terms of a table's columns; `undefined` where the builders have none.
 * That they do make it again, whoever asks makes sure.
 *
 * @param values Whether values say of which type they are: `value(3, f.bigint())`.
 */
export function termOf(node: Expression, values: 'plain' | 'typed' = 'plain'): Term | undefined {
  try {
    const term = build(node);
    return values === 'typed' ? typed(term) : term;
  } catch (error) {
    if (error instanceof Inexpressible) return undefined;
    throw error;
  }
}

/** The same, where each value says of which type it is. */
function typed(term: Term): Term {
  switch (term.kind) {
    case 'value':
      return term.type === undefined ? term : free('value', literal(term.value), { kind: 'type', type: term.type });
    case 'method':
      return { ...term, on: typed(term.on), args: term.args.map(typed) };
    case 'function':
      return { ...term, args: term.name === 'value' ? term.args : term.args.map(typed) };
    case 'sql':
      return { ...term, terms: term.terms.map(typed) };
    default:
      return term;
  }
}

/** Nothing that a callback could say. */
class Inexpressible extends Error {}

function build(node: Expression): Term {
  switch (node.kind) {
    case 'column':
      return { kind: 'field', name: attributeOf(node.column) };
    case 'param':
      return { kind: 'function', name: 'value', args: [valueOf(node), { kind: 'type', type: node.type }] };
    case 'compare':
      return method(node.left, node.operator, node.right);
    case 'and':
    case 'or': {
      const [first, ...others] = node.items;
      if (first === undefined || others.length === 0) throw new Inexpressible();
      return {
        kind: 'method',
        on: claimed(build(first)),
        name: node.kind,
        args: others.map((item) => claimed(build(item))),
      };
    }
    case 'not':
      if (node.operand.kind === 'inList') return { ...build(node.operand), name: 'notOneOf' } as Term; // Named cast: a method as before.
      return { kind: 'method', on: claimed(build(node.operand)), name: 'not', args: [] };
    case 'isNull':
      return method(node.operand, node.negated ? 'isNotNull' : 'isNull');
    case 'between':
      return method(node.operand, 'between', node.low, node.high);
    case 'inList':
      return method(node.operand, 'oneOf', values(node.list.values, node.list.type));
    case 'arrayTest':
      return method(
        node.operand,
        node.operator === 'contains' ? 'arrayContains' : 'arrayOverlaps',
        values(node.list.values, node.list.type),
      );
    case 'match':
      return method(node.operand, matchName(node.operator, node.insensitive), node.pattern);
    case 'arithmetic':
      return method(node.left, node.operator === 'modulo' ? 'mod' : node.operator, node.right);
    case 'call':
      return callTerm(node);
    case 'case':
      return caseTerm(node);
    case 'cast':
      return free('cast', build(node.operand), { kind: 'type', type: node.type });
    case 'json':
      return jsonTerm(node);
    case 'jsonContains':
      return method(node.operand, 'jsonContains', valueOf(node.value));
    case 'raw':
      return rawTerm(node.parts);
    default:
      throw new Inexpressible();
  }
}

/** SQL that stands for a condition says so to the compiler. */
export function claimed(term: Term): Term {
  return term.kind === 'sql' ? { ...term, as: 'boolean' } : term;
}

function matchName(operator: string, isInsensitive: boolean): string {
  if (operator === 'exact' && !isInsensitive) throw new Inexpressible();
  return `${isInsensitive ? 'i' : ''}${operator}`;
}

/** A method on a node; arguments that are nodes stand as values where they are. */
function method(on: Expression, name: string, ...args: readonly (Expression | Term)[]): Term {
  return { kind: 'method', on: build(on), name, args: args.map(argument) };
}

function free(name: FunctionName, ...args: readonly (Expression | Term)[]): Term {
  return { kind: 'function', name, args: args.map(argument) };
}

function argument(given: Expression | Term): Term {
  if (given.kind === 'param') return valueOf(given);
  if (given.kind === 'literal') return literal(given.value);
  return TERMS.has(given.kind) ? (given as Term) : build(given as Expression);
}

/** No node is of these kinds. */
const TERMS = new Set<string>([
  'field',
  'value',
  'method',
  'function',
  'type',
  'sql',
  'name',
  'members',
] satisfies Term['kind'][]);

function literal(value: unknown): Term {
  return { kind: 'value', value };
}

function valueOf({ value, type }: ParamExpression): Term {
  // What a codec of the application makes of a value, the migration cannot make again.
  if (isCustom(type) || plainCode(value) === undefined) throw new Inexpressible();
  return { kind: 'value', value, type };
}

function values(given: readonly unknown[], type: ValueType): Term {
  if (isCustom(type) || plainCode(given) === undefined) throw new Inexpressible();
  return literal(given);
}

function isCustom(type: ValueType): boolean {
  return type.kind === 'custom' || (type.kind === 'array' && isCustom(type.of));
}

/** Functions whose methods have the same name, or another one. */
const METHODS: Readonly<Partial<Record<CallExpression['fn'], string>>> = {
  negate: 'neg',
  ...Object.fromEntries(
    (
      'abs floor ceil sign exp sqrt ln power round coalesce nullIf ' +
      'lower upper trim trimStart trimEnd reverse length concat replace position ' +
      'left right repeat padStart padEnd substring arrayLength ' +
      'year quarter month day dayOfYear weekDay hour minute second'
    )
      .split(' ')
      .map((name) => [name, name]),
  ),
};

/** Those of which an argument is a number of characters: one that is computed is at least so many. */
const SIZED = new Set<CallExpression['fn']>(['left', 'right', 'repeat', 'padStart', 'padEnd', 'substring']);

function callTerm({ fn, args, unit }: CallExpression): Term {
  const [first, ...others] = args;
  const of = (): Expression => first!;
  switch (fn) {
    case 'now':
      return free('now');
    case 'greatest':
    case 'least':
      return free(fn, ...args);
    case 'isTrue':
      return build(of());
    case 'truncate':
      return method(of(), 'truncate', literal(unit));
    case 'difference':
      return method(of(), 'difference', others[0]!, literal(unit));
    case 'shift':
      return method(of(), 'add', durationTerm(others));
    case 'coalesce':
    case 'concat':
      // What begins with a value is no method of it.
      return first?.kind === 'param' ? free(fn, ...args) : method(of(), fn, ...others);
    default: {
      const name = METHODS[fn];
      if (name === undefined) throw new Inexpressible();
      return method(of(), name, ...(SIZED.has(fn) ? others.map(unbounded) : others));
    }
  }
}

/** The number that was given, of which the builder made one that is not too small. */
function unbounded(node: Expression): Expression {
  return node.kind === 'call' && node.fn === 'greatest' && node.args[1]?.kind === 'literal' ? node.args[0]! : node;
}

const SHIFTED = ['months', 'days', 'milliseconds'] as const;

function durationTerm(amounts: readonly Expression[]): Term {
  const given = SHIFTED.flatMap((name, i) => {
    const amount = amounts[i]!;
    if (amount.kind === 'literal') return [];
    return [[name, amount.kind === 'param' ? literal(Number(amount.value)) : build(amount)] as const];
  });
  return { kind: 'members', members: Object.fromEntries(given) };
}

function caseTerm({ branches, otherwise }: Extract<Expression, { readonly kind: 'case' }>): Term {
  const [first, ...others] = branches.map(({ when, then }) => [claimed(build(when)), argument(then)]);
  let term: Term = { kind: 'function', name: 'caseWhen', args: first! };
  for (const args of others) term = { kind: 'method', on: term, name: 'when', args };
  return otherwise === undefined ? term : { kind: 'method', on: term, name: 'otherwise', args: [argument(otherwise)] };
}

const READ_AS: Readonly<Partial<Record<JsonExpression['as'], string>>> = {
  text: 'asText',
  number: 'asNumber',
  bool: 'asBool',
};

function jsonTerm({ operand, path, as }: JsonExpression): Term {
  const steps = path.value as readonly unknown[];
  const part: Term =
    steps.length === 0
      ? build(operand)
      : { kind: 'method', on: build(operand), name: 'path', args: steps.map(literal) };
  if (as === 'json') return steps.length > 0 ? part : { kind: 'method', on: part, name: 'path', args: [] };
  // Whether it is an array or an object is asked by what any such contains.
  if (as === 'array' || as === 'object')
    return { kind: 'method', on: part, name: 'jsonContains', args: [literal(as === 'array' ? [] : {})] };
  const read = READ_AS[as];
  if (read !== undefined) return { kind: 'method', on: part, name: read, args: [] };
  return { kind: 'method', on: part, name: 'eq', args: [literal(null)] };
}

function rawTerm(parts: Extract<Expression, { readonly kind: 'raw' }>['parts']): Term {
  const strings = [''];
  const terms: Term[] = [];
  for (const part of parts) {
    if (part.kind === 'text') {
      strings[strings.length - 1] += part.text;
      continue;
    }
    terms.push(part.kind === 'identifier' ? { kind: 'name', names: part.names } : argument(part));
    strings.push('');
  }
  return { kind: 'sql', strings, terms, as: undefined };
}
