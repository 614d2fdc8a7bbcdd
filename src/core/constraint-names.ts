import { shortName } from '../utils/naming.ts';
import { partsOf } from './relation-keys.ts';
import type { ModelMeta, RelationMeta } from './metadata.ts';

/** What a foreign key is called in the database, and so in its errors. */
export function foreignKeyName({ table }: ModelMeta, { sourceField }: RelationMeta): string {
  const columns = partsOf(sourceField).map(({ column }) => column);
  return shortName([table, ...columns, 'fkey'].join('_'));
}
