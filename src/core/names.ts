import { DefinitionError } from '../utils/errors.ts';
import { describe } from './value-types.ts';

/** Whether a text can be written anywhere: no half of a character, which would become another one, and no NUL, which ends it. */
export function isWritable(text: unknown): text is string {
  return typeof text === 'string' && text.isWellFormed() && !text.includes('\0');
}

/**
 * Refuse what is no name for something in a database, where it is written. Any other characters are quoted.
 *
 * @param empty Whether an empty text will do.
 * @throws DefinitionError
 */
export function checkName(call: string, option: string, value: unknown, empty = false): void {
  if (value === undefined || (isWritable(value) && (empty || value !== ''))) return;
  throw new DefinitionError(
    [
      `${call} takes '${option}' as a text${empty ? '' : ', and not an empty one'}, not ${isWritable(value) ? 'this' : typeof value === 'string' ? 'one with NUL or half of a character' : describe(value)}.`,
    ],
    { field: option },
  );
}

/** Refuse what is no list of names of fields. @throws DefinitionError */
export function checkNames(call: string, option: string, value: unknown): void {
  if (value === undefined || (Array.isArray(value) && value.every((name) => typeof name === 'string'))) return;
  throw new DefinitionError([`${call} takes '${option}' as a list of names of fields.`], { field: option });
}
