import { ReadOnlyModelError } from '../utils/errors.ts';
import type { ModelMeta } from './metadata.ts';

/** @throws ReadOnlyModelError for a model whose rows are not to be written. */
export function refuseReadOnly(meta: ModelMeta, deed: string): void {
  if (!meta.readOnly) return;
  const { name, view } = meta;
  throw new ReadOnlyModelError(
    `${name} is ${view === undefined ? 'read only' : 'a view'}: its rows cannot be ${deed}.`,
    {
      model: name,
      remedy: view === undefined ? undefined : 'Write the rows of the tables that it shows.',
    },
  );
}
