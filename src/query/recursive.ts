import type { RelationMeta } from '../core/metadata.ts';
import { describe } from '../core/value-types.ts';
import { InvalidQueryError } from '../utils/errors.ts';
import { suggest } from '../utils/naming.ts';
import { wholeNumber } from './limits.ts';
import { checkNestable } from './nested.ts';
import { relationNamed } from './paths.ts';
import { hides } from './prefetches.ts';
import { DEPTH } from './recursion.ts';
import { FOUND } from './sources.ts';
import { initialState } from './state.ts';
import type { NamedExpression, QueryState } from './state.ts';

const OPTIONS = ['depth', 'maxDepth'];

/**
 * The rows of a set, and all that a relation leads to from there.
 *
 * @throws InvalidQueryError, UnknownFieldError for a relation to another model, and for wrong options.
 */
export function recursiveRows(start: QueryState, name: unknown, options: unknown): QueryState {
  const { meta, scopes, owner } = start;
  checkNestable(start, 'recursive()');
  const refuse = (what: string, remedy?: string): InvalidQueryError =>
    new InvalidQueryError(`recursive() ${what}`, { model: meta.name, remedy });
  if (start.annotations.length > 0)
    throw refuse('begins with rows, and annotations are for those that it finds: annotate after it.');
  const relation = selfRelation(start, name);
  if (typeof options !== 'object' || options === null)
    throw refuse(`takes its options as an object, not ${describe(options)}.`);
  const unknown = Object.keys(options).find((key) => !OPTIONS.includes(key));
  if (unknown !== undefined) throw refuse(`has no option '${unknown}'.`, suggest(unknown, OPTIONS));
  const { depth, maxDepth } = options as Readonly<Record<string, unknown>>; // Named cast: an object with no other keys.
  if (depth !== undefined && (typeof depth !== 'string' || depth === ''))
    throw refuse(`takes depth as a name, not ${describe(depth)}.`);
  const annotations: NamedExpression[] = [];
  if (depth !== undefined) {
    if (hides(meta, depth)) throw refuse(`takes another name for depth: '${depth}' would hide ${meta.name}.${depth}.`);
    const expression = {
      kind: 'column' as const,
      alias: FOUND,
      column: DEPTH,
      type: { kind: 'int' as const },
      nullable: false,
    };
    annotations.push({ name: depth, expression });
  }
  if (start.empty) return { ...initialState(meta, scopes, owner), annotations, empty: true };
  const limit = maxDepth === undefined ? undefined : wholeNumber(meta, 'maxDepth', maxDepth);
  const source = { kind: 'recursive' as const, start, relation, depth: depth !== undefined, maxDepth: limit };
  return { ...initialState(meta, scopes, owner), annotations, source };
}

function selfRelation({ meta }: QueryState, name: unknown): RelationMeta {
  if (typeof name !== 'string')
    throw new InvalidQueryError(`recursive() takes the name of a relation of ${meta.name}, not ${describe(name)}.`, {
      model: meta.name,
    });
  const relation = relationNamed(meta, name, name);
  if (relation.target === meta) return relation;
  throw new InvalidQueryError(
    `recursive() follows a relation of ${meta.name} to itself, and ${meta.name}.${name} leads to ${relation.target.name}.`,
    { model: meta.name, field: name },
  );
}
