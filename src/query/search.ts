import type { Expression, ParamLabel, SearchExpression, SearchTerm } from '../core/ast/expressions.ts';
import { invalidValue, problemWith } from '../core/value-types.ts';
import { InvalidQueryError } from '../utils/errors.ts';

/** A term: words in quotes or one word; begins with a minus where it must not be there. What is no letter or digit divides. */
const TERM = /((?<!\S)-)?(?:"([^"]*)"|([\p{L}\p{N}]+))/gu;
const WORD = /[\p{L}\p{N}]+/gu;

/**
 * Whether words are in a text, all of them, in any order.
 *
 * @throws InvalidQueryError for what has no index of words, InvalidValueError for a search without a word.
 */
export function searchFor(node: Expression, text: unknown, label: ParamLabel): SearchExpression {
  const index = node.kind === 'path' ? node.field.model.indexes.find(isOf(node.field.index)) : undefined;
  if (index === undefined)
    throw new InvalidQueryError(`${label.model}.${label.field} has no index of words to search by.`, {
      ...label,
      remedy: `Add index('${label.field}', { fullText: true }) to the model.`,
    });
  const problem = problemWith({ kind: 'text' }, text);
  if (problem !== undefined) throw invalidValue(label.model, label.field, problem);
  const terms = termsOf(text as string);
  if (terms.every(({ without }) => without))
    throw invalidValue(label.model, label.field, 'is searched for at least one word that is to be there');
  return {
    kind: 'search',
    operand: node,
    index,
    terms: { kind: 'param', value: Object.freeze(terms), type: { kind: 'json' }, nullable: false, label },
  };
}

function isOf(position: number): (index: SearchExpression['index']) => boolean {
  return ({ fullText, parts }) => fullText !== undefined && parts[0]?.field?.index === position;
}

function termsOf(text: string): SearchTerm[] {
  return [...text.matchAll(TERM)].flatMap(([, minus, phrase, word]) => {
    const words = (phrase ?? word!).match(WORD)?.join(' ');
    return words === undefined ? [] : [{ words, without: minus === '-' }];
  });
}
