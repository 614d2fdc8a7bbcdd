import type { ParamLabel } from '../core/ast/expressions.ts';
import type { KeyMeta, RelationMeta } from '../core/metadata.ts';
import { readKey } from '../core/relation-keys.ts';
import { describe } from '../core/value-types.ts';
import { InvalidValueError } from '../utils/errors.ts';
import { withArticle } from '../utils/naming.ts';

/** How errors call a relation. */
export function labelFor(relation: RelationMeta): ParamLabel {
  return { model: relation.model.name, field: relation.name };
}

/** The value that identifies an entity in a query. @throws InvalidValueError for one of another model, or without a key. */
export function entityKey(relation: RelationMeta, field: KeyMeta, entity: object): unknown {
  const { target } = relation;
  const label = labelFor(relation);
  if (!(entity instanceof (target.modelClass as unknown as new () => object))) {
    throw new InvalidValueError(
      `${label.model}.${label.field} takes ${withArticle(target.name)}, not ${describe(entity)}.`,
      label,
    );
  }
  const key = readKey(entity, field);
  if (key !== undefined && key !== null) return key;
  throw new InvalidValueError(
    `${label.model}.${label.field} was compared with ${withArticle(target.name)} that has no key yet.`,
    {
      ...label,
      remedy: 'Flush the session first.',
    },
  );
}
