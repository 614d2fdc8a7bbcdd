import type { RelationTree } from '../core/loader.ts';
import type { ModelMeta, RelationMeta } from '../core/metadata.ts';
import { describe } from '../core/value-types.ts';
import { InvalidQueryError, UnknownFieldError } from '../utils/errors.ts';
import { suggest } from '../utils/naming.ts';

type MutableTree = Map<string, MutableTree>;

/**
 * Add dotted paths to a tree of relations; what they share is there once.
 *
 * @throws UnknownFieldError for a name that is no relation, InvalidQueryError for a to-many one where only to-one may be.
 */
export function addPaths(
  meta: ModelMeta,
  tree: RelationTree,
  paths: readonly unknown[],
  toOneOnly: boolean,
): RelationTree {
  const grown = copyTree(tree);
  for (const path of paths) {
    if (typeof path !== 'string')
      throw new InvalidQueryError(`A path of ${meta.name} is a text such as 'author.company', not ${describe(path)}.`, {
        model: meta.name,
      });
    let here = grown;
    let at = meta;
    for (const name of path.split('.')) {
      const relation = relationNamed(at, name, path);
      if (toOneOnly && relation.many) {
        throw new InvalidQueryError(`selectRelated('${path}') crosses ${at.name}.${name}, which leads to many rows.`, {
          model: at.name,
          field: name,
          remedy: `Use .prefetchRelated('${path}').`,
        });
      }
      let below = here.get(name);
      if (below === undefined) here.set(name, (below = new Map()));
      here = below;
      at = relation.target;
    }
  }
  return grown;
}

/** A relation by its name. @throws UnknownFieldError */
export function relationNamed(meta: ModelMeta, name: string, path: string): RelationMeta {
  const relation = meta.relationByName.get(name);
  if (relation !== undefined) return relation;
  throw new UnknownFieldError(`${meta.name} has no relation '${name}' (in the path '${path}').`, {
    model: meta.name,
    field: name,
    remedy: suggest(name, meta.relationByName.keys()),
  });
}

function copyTree(tree: RelationTree): MutableTree {
  return new Map([...tree].map(([name, below]) => [name, copyTree(below)]));
}

/** Both trees in one. */
export function mergeTrees(a: RelationTree, b: RelationTree): RelationTree {
  if (a.size === 0) return b;
  if (b.size === 0) return a;
  const merged = copyTree(a);
  for (const [name, below] of b) merged.set(name, mergeTrees(merged.get(name) ?? new Map(), below) as MutableTree);
  return merged;
}
