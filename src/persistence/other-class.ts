import type { FieldMeta, ModelMeta } from '../core/metadata.ts';
import type { Row } from '../core/state.ts';
import { UniqueViolationError } from '../utils/errors.ts';
import { withCapitalArticle } from '../utils/naming.ts';

/**
 * Where classes share a table, its unique keys are those of all of them: what exists already may be of another class.
 *
 * @throws UniqueViolationError for such a row: it cannot be taken for one of `meta`.
 */
export function refuseOtherClass(meta: ModelMeta, row: Row, by: readonly FieldMeta[]): void {
  const { inheritance } = meta;
  if (inheritance === undefined || row[inheritance.discriminator.index] === inheritance.value) return;
  const fields = by.map(({ name }) => name);
  throw new UniqueViolationError(
    `${withCapitalArticle(meta.name)} cannot have the same ${fields.join(' and ')} as a row of another class that shares its table.`,
    { model: meta.name, fields, remedy: `Read that one by a query of ${inheritance.root.name}.` },
  );
}
