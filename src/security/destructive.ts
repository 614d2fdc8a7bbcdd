import { ConfirmationRequiredError } from '../utils/migration-errors.ts';

/** What says that destruction is meant. */
export interface Confirmation {
  /** What is to be destroyed, in the words that the error asks for, such as `drop table invoice`. */
  readonly confirm?: readonly string[] | undefined;
  /** All of it is meant, whatever it is. */
  readonly force?: boolean | undefined;
}

/**
 * Ask whether what would be destroyed has been confirmed, each thing by its name: a `yes` that was meant for something else
 * confirms nothing. Asked before anything is done.
 *
 * @param phrases What would be destroyed, such as `drop table invoice`.
 * @throws ConfirmationRequiredError that lists every phrase that is missing.
 * @example
 * ```ts
 * import { confirmDestructiveOperation } from 'blazeorm/schema';
 * confirmDestructiveOperation(['drop table invoice'], { confirm: ['drop table invoice'] });
 * ```
 */
export function confirmDestructiveOperation(
  phrases: readonly string[],
  { confirm = [], force = false }: Confirmation,
): void {
  if (force) return;
  const given = new Set(confirm.map(normal));
  const missing = [...new Set(phrases)].filter((phrase) => !given.has(normal(phrase)));
  if (missing.length === 0) return;
  const list = missing.map((phrase) => `'${phrase}'`).join(', ');
  throw new ConfirmationRequiredError(`This destroys what cannot be brought back: ${missing.join('; ')}.`, {
    remedy: `If that is meant, confirm it by name: ${list}.`,
  });
}

/** Case and spaces are nothing that anybody means. */
function normal(phrase: string): string {
  return phrase.trim().replaceAll(/\s+/g, ' ').toLowerCase();
}
