import { shortName } from '../utils/naming.ts';
import type { ModelMeta, RelationMeta } from './metadata.ts';

/** What a foreign key is called in the database, and so in its errors. */
export function foreignKeyName({ table }: ModelMeta, { sourceField }: RelationMeta): string {
  return shortName(`${table}_${sourceField.column}_fkey`);
}
