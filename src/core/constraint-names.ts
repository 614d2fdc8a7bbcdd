import { shortName } from '../utils/naming.ts';
import type { ModelMeta, RelationMeta } from './metadata.ts';

/** The name of a foreign key in the database. */
export function foreignKeyName({ table }: ModelMeta, { sourceField }: RelationMeta): string {
  return shortName(`${table}_${sourceField.column}_fkey`);
}
