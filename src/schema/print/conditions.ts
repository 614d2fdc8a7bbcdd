import type { Expression } from '../../core/ast/expressions.ts';
import type { TableSchema } from '../../core/ast/schema.ts';
import { metaOf } from '../../core/registry.ts';
import type { Dialect } from '../../dialects/dialect.ts';
import { BlazeError } from '../../utils/errors.ts';
import { conditionOf, partOf } from '../conditions.ts';
import { modelOfTable } from '../historical.ts';
import { arrow, textOf } from './code.ts';
import type { Code } from './code.ts';
import { Imports } from './imports.ts';
import { PARAMETER, readsColumns, runTerm, termCode } from './terms.ts';
import type { Term } from './terms.ts';
import { claimed, termOf } from './to-term.ts';

/** What an expression is printed for. */
export type Use = 'condition' | 'value';

/**
 * A resolved condition of a table, or a value that an index is sorted by, as a callback on its columns. What the builders cannot say
 * is said in SQL, that of the given database.
 *
 * @param isDescending Of a part of an index.
 */
export function conditionCode(
  node: Expression,
  table: TableSchema,
  use: Use,
  { dialect, imports }: { readonly dialect: Dialect; readonly imports: Imports },
  isDescending = false,
): Code {
  const term = builtBy(node, table, use, dialect) ?? inSql(node, use, dialect);
  const whole: Term = isDescending ? { kind: 'method', on: term, name: 'desc', args: [] } : term;
  return arrow(readsColumns(whole) ? PARAMETER : '', termCode(whole, imports));
}

/**
 * The same as a text on one line, if the builders can say it: `(t) => t.views.gte(0)`.
 *
 * @param use A condition, or a value of any type.
 */
export function printCondition(
  node: Expression,
  table: TableSchema,
  dialect: Dialect,
  use: Use = 'condition',
): string | undefined {
  const term = builtBy(node, table, use, dialect);
  if (term === undefined) return undefined;
  return textOf(arrow(readsColumns(term) ? PARAMETER : '', termCode(term, new Imports())));
}

/** The calls that make an expression: with values as they are, or else with values that say of which type they are. */
function builtBy(node: Expression, table: TableSchema, use: Use, dialect: Dialect): Term | undefined {
  const terms = [termOf(node), termOf(node, 'typed')];
  const found = terms.find((term) => term !== undefined && gives(term, node, table, use, dialect));
  return found !== undefined && use === 'condition' ? claimed(found) : found;
}

function inSql(node: Expression, use: Use, dialect: Dialect): Term {
  return { kind: 'sql', strings: [dialect.inline(node)], terms: [], as: use === 'condition' ? 'boolean' : undefined };
}

/** Whether a term makes an expression again: the same one, or one that the database sees as the same. */
function gives(term: Term, node: Expression, table: TableSchema, use: Use, dialect: Dialect): boolean {
  try {
    const meta = metaOf(modelOfTable(table));
    const run = (columns: object): unknown => runTerm(term, columns);
    const made = use === 'condition' ? conditionOf(meta, run, table.name) : partOf(meta, run, table.name).expression;
    if (made === undefined) return false;
    return shapeOf(made) === shapeOf(node) || dialect.inline(made) === dialect.inline(node);
  } catch (error) {
    // What the builders refuse is said in another way.
    if (error instanceof BlazeError) return false;
    throw error;
  }
}

/** An expression, or what holds some, as a text: all of it but who is to blame for its values, and code. */
export function shapeOf(node: object): string {
  return JSON.stringify(node, (name, value: unknown) => {
    if (name === 'label' || value === undefined) return undefined;
    if (typeof value === 'bigint') return `${value}n`;
    return value instanceof Uint8Array ? `bytes ${[...value].join(' ')}` : value;
  });
}
