import { sameTable } from '../core/inheritance.ts';
import type { FieldMeta, LinkMeta, ModelMeta, RelationMeta } from '../core/metadata.ts';
import { readKey } from '../core/relation-keys.ts';
import type { DialectFeatures } from '../dialects/features.ts';
import { CircularDependencyError } from '../utils/errors.ts';
import type { ChangedFields } from './changed-fields.ts';
import type { ChangeSet } from './change-set.ts';
import type { LinkChange } from './link-change.ts';
import { among, modelOrder, needsRowOrder, rowOrder } from './commit-order.ts';
import type { Dependency } from './commit-order.ts';
import { newTarget, stored, storedTarget } from './row-targets.ts';
import type { TargetFinder } from './row-targets.ts';

/** One step of a flush: rows of one table that one statement writes. */
export type FlushStep =
  | {
      readonly kind: 'insert';
      readonly meta: ModelMeta;
      readonly entities: readonly object[];
      readonly deferred: ReadonlyMap<object, readonly FieldMeta[]>;
    }
  | {
      readonly kind: 'update';
      readonly meta: ModelMeta;
      readonly changed: ChangedFields;
      readonly entities: readonly object[];
    }
  /** A reference that had to wait until both rows were there. */
  | {
      readonly kind: 'connect';
      readonly meta: ModelMeta;
      readonly relation: RelationMeta;
      readonly entities: readonly object[];
    }
  /** The reverse, before rows that refer to each other are deleted. */
  | {
      readonly kind: 'disconnect';
      readonly meta: ModelMeta;
      readonly relation: RelationMeta;
      readonly entities: readonly object[];
    }
  /** A value that makes way for a moment, so that another row can take the one that was there. */
  | {
      readonly kind: 'vacate';
      readonly meta: ModelMeta;
      readonly field: FieldMeta;
      readonly entities: readonly object[];
      readonly values: readonly unknown[];
    }
  | { readonly kind: 'unlink'; readonly link: LinkMeta; readonly pairs: readonly LinkChange[] }
  | { readonly kind: 'link'; readonly link: LinkMeta; readonly pairs: readonly LinkChange[] }
  | { readonly kind: 'delete'; readonly meta: ModelMeta; readonly entities: readonly object[] };

/**
 * Changes to ordered steps, without a word of SQL: parents before children, circles closed by a later UPDATE, links
 * after the rows they join, deletes last and children first. Only links that are made anew go before all else.
 *
 * @throws CircularDependencyError naming the models of a circle that cannot be broken.
 */
export function planFlush(changes: ChangeSet, features: DialectFeatures): FlushStep[] {
  return [
    ...deleteSteps(changes.earlyDeletes, features),
    ...linkSteps('unlink', changes.replaced),
    ...insertSteps(changes),
    ...updateSteps(changes),
    ...linkSteps('unlink', changes.unlinked),
    ...linkSteps('link', changes.linked),
    ...deleteSteps(changes.deletes, features),
  ];
}

function* insertSteps({ inserts }: ChangeSet): Generator<FlushStep> {
  const connects = new Map<RelationMeta, object[]>();
  for (const group of modelOrder(inserts.keys())) {
    if (!needsRowOrder(group)) {
      for (const meta of group) yield { kind: 'insert', meta, entities: inserts.get(meta)!, deferred: NONE };
      continue;
    }
    const { levels, deferred } = orderRows(group, inserts, newTarget(inserts));
    const waiting = new Map<object, FieldMeta[]>();
    for (const { from, relation } of deferred) {
      waiting.set(from, [...(waiting.get(from) ?? []), ...relation.cleared]);
      note(connects, relation, from);
    }
    yield* levels
      .flatMap(byMeta)
      .map(({ meta, entities }): FlushStep => ({ kind: 'insert', meta, entities, deferred: waiting }));
  }
  for (const [relation, entities] of connects) yield { kind: 'connect', meta: relation.model, relation, entities };
}

const NONE: ReadonlyMap<object, readonly FieldMeta[]> = new Map();

function note(rows: Map<RelationMeta, object[]>, relation: RelationMeta, row: object): void {
  const known = rows.get(relation);
  if (known === undefined) rows.set(relation, [row]);
  else known.push(row);
}

/** Updates of one model with the same changed columns share a statement. */
function* updateSteps({ updates }: ChangeSet): Generator<FlushStep> {
  for (const group of modelOrder(updates.keys())) {
    for (const meta of group) {
      for (const [changed, entities] of updates.get(meta)!) yield { kind: 'update', meta, changed, entities };
    }
  }
}

function linkSteps(kind: 'link' | 'unlink', pairs: readonly LinkChange[]): FlushStep[] {
  const steps = new Map<LinkMeta, LinkChange[]>();
  for (const pair of pairs) {
    const found = steps.get(pair.link);
    if (found === undefined) steps.set(pair.link, [pair]);
    else found.push(pair);
  }
  return [...steps].map(([link, items]) => ({ kind, link, pairs: items }));
}

function* deleteSteps(deletes: ChangeSet['deletes'], features: DialectFeatures): Generator<FlushStep> {
  for (const group of modelOrder(deletes.keys()).toReversed()) {
    if (!needsRowOrder(group)) {
      for (const meta of group) yield { kind: 'delete', meta, entities: deletes.get(meta)! };
      continue;
    }
    if (!features.deletesSelfReferences) yield* group.flatMap((meta) => selfReferences(meta, deletes.get(meta)!));
    const { levels, deferred } = orderRows(group, deletes, storedTarget(deletes));
    const apart = new Map<RelationMeta, object[]>();
    for (const { from, relation } of deferred) note(apart, relation, from);
    for (const [relation, rows] of apart) yield { kind: 'disconnect', meta: relation.model, relation, entities: rows };
    yield* levels
      .toReversed()
      .flatMap(byMeta)
      .map(({ meta, entities }): FlushStep => ({ kind: 'delete', meta, entities }));
  }
}

/** References that rows hold to themselves, taken back where the database would not let go of such a row. */
function selfReferences(meta: ModelMeta, entities: readonly object[]): FlushStep[] {
  const holding = meta.relations.filter(
    ({ owning, target, nullable, onDelete }) =>
      owning && sameTable(target, meta) && nullable && (onDelete === 'no action' || onDelete === 'restrict'),
  );
  return holding.flatMap((relation): FlushStep[] => {
    const { sourceField, targetField } = relation;
    const own = entities.filter((entity) => {
      const key = stored(entity, sourceField);
      return key !== undefined && key === stored(entity, targetField);
    });
    return own.length === 0 ? [] : [{ kind: 'disconnect', meta, relation, entities: own }];
  });
}

interface MetaRow {
  readonly meta: ModelMeta;
  readonly entity: object;
}

/** Order among rows of models that refer to each other. */
function orderRows(
  group: readonly ModelMeta[],
  entities: ReadonlyMap<ModelMeta, readonly object[]>,
  targetOf: TargetFinder,
): { levels: readonly (readonly MetaRow[])[]; deferred: { from: object; relation: RelationMeta }[] } {
  const rows = new Map<object, MetaRow>();
  for (const meta of group) for (const entity of entities.get(meta) ?? []) rows.set(entity, { meta, entity });
  const models = new Set(group);
  const owning = new Map(
    group.map((meta) => [
      meta,
      meta.relations.filter(({ owning, target }) => owning && among(models, target).length > 0),
    ]),
  );
  const dependenciesOf = (row: MetaRow): Dependency<MetaRow>[] =>
    owning.get(row.meta)!.flatMap((relation) => {
      const target = targetOf(row.entity, relation);
      const to = target === undefined ? undefined : rows.get(target);
      // A row may refer to itself when its key is known.
      const itself = to === row && readKey(row.entity, relation.sourceField) !== undefined;
      return to === undefined || itself ? [] : [{ from: row, to, relation }];
    });
  const { levels, deferred, stuck } = rowOrder([...rows.values()], dependenciesOf);
  if (stuck !== undefined) throw circular(stuck);
  return { levels, deferred: deferred.map(({ from, relation }) => ({ from: from.entity, relation })) };
}

function circular(circle: readonly Dependency<MetaRow>[]): CircularDependencyError {
  const text = circle.map(({ relation }) => `${relation.model.name}.${relation.name}`).join(' → ');
  return new CircularDependencyError(`New rows need each other first: ${text}.`, {
    model: circle[0]!.relation.model.name,
    fields: circle.map(({ relation }) => relation.name),
    remedy: 'Make one of these relations nullable, so that it can be set afterwards.',
  });
}

/** Rows of one level, by model: each is one statement. */
function byMeta(level: readonly MetaRow[]): { meta: ModelMeta; entities: object[] }[] {
  const found = new Map<ModelMeta, object[]>();
  for (const { meta, entity } of level) {
    const entities = found.get(meta);
    if (entities === undefined) found.set(meta, [entity]);
    else entities.push(entity);
  }
  return [...found].map(([meta, entities]) => ({ meta, entities }));
}
