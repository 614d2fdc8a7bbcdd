import type { ModelMeta } from '../core/metadata.ts';
import { describe } from '../core/value-types.ts';
import { InvalidQueryError } from '../utils/errors.ts';

/** How a plan is to be shown. */
export interface ExplainOptions {
  /** The statement is run, and what it took is shown. */
  readonly analyze: boolean;
  readonly format: 'text' | 'json';
}

const NAMES = new Set(['analyze', 'format']);

/** @throws InvalidQueryError for options that there are not. */
export function explainOptions({ name: model }: ModelMeta, options: unknown): ExplainOptions {
  const refuse = (problem: string): InvalidQueryError =>
    new InvalidQueryError(`explain() of ${model} ${problem}.`, {
      model,
      remedy: "Use { analyze: true } and { format: 'text' } or { format: 'json' }.",
    });
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    throw refuse(`takes an object, not ${describe(options)}`);
  const unknown = Object.keys(options).find((name) => !NAMES.has(name));
  if (unknown !== undefined) throw refuse(`has no option '${unknown}'`);
  const { analyze = false, format = 'text' } = options as { analyze?: unknown; format?: unknown };
  if (typeof analyze !== 'boolean') throw refuse(`takes analyze as true or false, not ${describe(analyze)}`);
  if (format !== 'text' && format !== 'json') throw refuse("takes format as 'text' or 'json'");
  return { analyze, format };
}
