import type { ModelMeta } from '../core/metadata.ts';
import { describe } from '../core/value-types.ts';
import { InvalidQueryError } from '../utils/errors.ts';

/** Tags of a query by name. */
export type Tags = ReadonlyMap<string, string>;

const MAX_LENGTH = 500;

/**
 * The tags that a query has already, and more: a text is the value of `tag`, an object has a value for each name. Later ones win.
 *
 * @throws InvalidQueryError for what is no name or no text.
 */
export function withTags({ name: model }: ModelMeta, tags: Tags | undefined, given: unknown): Tags {
  const refuse = (problem: string): InvalidQueryError =>
    new InvalidQueryError(`tag() of ${model} ${problem}.`, {
      model,
      remedy: "Use tag('name') or tag({ name: 'value' }).",
    });
  const isPlain = typeof given === 'object' && given !== null && !Array.isArray(given);
  if (typeof given !== 'string' && !isPlain) throw refuse(`takes a text or an object, not ${describe(given)}`);
  const entries = typeof given === 'string' ? [['tag', given] as const] : Object.entries(given as object);
  const all = new Map(tags);
  for (const [name, value] of entries) {
    if (typeof value !== 'string') throw refuse(`takes texts as values, not ${describe(value)}`);
    if (name === '' || value === '') throw refuse('takes no empty names or values');
    if (!name.isWellFormed() || !value.isWellFormed()) throw refuse('takes well-formed texts');
    if (name.length + value.length > MAX_LENGTH) throw refuse(`takes at most ${MAX_LENGTH} characters`);
    all.set(name, value);
  }
  return all;
}
