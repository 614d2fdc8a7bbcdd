import { typeOf } from '../../core/ast/expressions.ts';
import type { CallExpression, Expression, FunctionName, ParamLabel, Typed } from '../../core/ast/expressions.ts';
import type { ValueType } from '../../core/value-types.ts';
import { isNumeric, isTextual, notFor } from '../nodes.ts';

/** The expression that a method is called on, and how it reads its arguments. */
export interface Subject {
  readonly node: Expression & Typed;
  /** How errors call it. */
  readonly label: ParamLabel;
  /** The node of an argument that is an expression; undefined for a plain value. */
  expression(value: unknown): Expression | undefined;
}

/** A method of expressions: its result as a node. Methods are told apart by what they are about, one table for each. */
export type Method = (subject: Subject, ...args: readonly unknown[]) => Expression;

export const INT: ValueType = Object.freeze({ kind: 'int' });
export const TEXT: ValueType = Object.freeze({ kind: 'text' });
export const FLOAT: ValueType = Object.freeze({ kind: 'float' });

/** A function of the subject and more; NULL where one of them is. */
export function call(fn: FunctionName, type: ValueType, args: readonly Expression[]): CallExpression {
  return { kind: 'call', fn, args, type, nullable: args.some((arg) => typeOf(arg).nullable) };
}

/** The subject's type. @throws InvalidQueryError where it is no number. */
export function numberType({ node, label }: Subject, method: string): ValueType {
  if (!isNumeric(node.type)) throw notFor(method, 'numbers', label);
  return node.type;
}

/** The subject's node. @throws InvalidQueryError where it is no text. */
export function text({ node, label }: Subject, method: string): Expression & Typed {
  if (!isTextual(node.type)) throw notFor(method, 'text', label);
  return node;
}
