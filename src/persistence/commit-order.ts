import { sameTable } from '../core/inheritance.ts';
import type { ModelMeta, RelationMeta } from '../core/metadata.ts';

/** `from` cannot be inserted before `to`. */
export interface Dependency<T> {
  readonly from: T;
  readonly to: T;
  readonly relation: RelationMeta;
}

/** Rows in an order in which each comes after all that it refers to, and the references that had to wait. */
export interface RowOrder<T> {
  /** Level by level: no row refers to another of its level, so that a level can be written at once. */
  readonly levels: readonly (readonly T[])[];
  /** References that close a circle and may be NULL at first: to be set by an UPDATE afterwards. */
  readonly deferred: readonly Dependency<T>[];
  /** A circle without a reference that may be NULL, if there is one. */
  readonly stuck: readonly Dependency<T>[] | undefined;
}

/**
 * Models in an order in which each comes after those that its foreign keys refer to. Models that refer to each other
 * (or to themselves) form one group, whose rows need an order of their own. Tarjan's strongly connected components
 * (SIAM J. Comput. 1972), which come out in exactly this order; the same models always give the same order.
 */
export function modelOrder(models: Iterable<ModelMeta>): readonly (readonly ModelMeta[])[] {
  const wanted = new Set([...models].toSorted((a, b) => a.id - b.id));
  const indexes = new Map<ModelMeta, number>();
  const lows = new Map<ModelMeta, number>();
  const stack: ModelMeta[] = [];
  const groups: ModelMeta[][] = [];
  const visit = (model: ModelMeta): void => {
    const index = indexes.size;
    indexes.set(model, index);
    lows.set(model, index);
    stack.push(model);
    for (const relation of model.relations) {
      if (!relation.owning) continue;
      for (const target of among(wanted, relation.target)) {
        if (!indexes.has(target)) {
          visit(target);
          lows.set(model, Math.min(lows.get(model)!, lows.get(target)!));
        } else if (stack.includes(target)) {
          lows.set(model, Math.min(lows.get(model)!, indexes.get(target)!));
        }
      }
    }
    if (lows.get(model) === index) groups.push(stack.splice(stack.indexOf(model)));
  };
  for (const model of wanted) if (!indexes.has(model)) visit(model);
  return groups;
}

/** The models whose rows a relation to `target` may lead to: where classes share a table, all of these. */
export function among(models: ReadonlySet<ModelMeta>, target: ModelMeta): readonly ModelMeta[] {
  if (target.inheritance === undefined) return models.has(target) ? [target] : [];
  return [...models].filter((model) => sameTable(model, target));
}

/** Whether rows of a group of models can refer to each other, so that they need an order among themselves. */
export function needsRowOrder(group: readonly ModelMeta[]): boolean {
  const models = new Set(group);
  return group.some((model) =>
    model.relations.some(({ owning, target }) => owning && among(models, target).length > 0),
  );
}

/** A row on the way down, and how far its references have been followed. */
interface Frame<T> {
  readonly row: T;
  readonly edges: readonly Dependency<T>[];
  next: number;
}

/**
 * Rows in an order that satisfies their dependencies; otherwise in the order given. A circle is broken at the last
 * reference in it that may be NULL; the rows behind it are then visited anew, because they may be part of another
 * circle that does not go through that reference.
 */
export function rowOrder<T>(rows: readonly T[], dependenciesOf: (row: T) => readonly Dependency<T>[]): RowOrder<T> {
  const levels: T[][] = [];
  const levelOf = new Map<T, number>();
  const deferred = new Set<Dependency<T>>();
  const state = new Map<T, 'open' | 'done'>();
  const edges = new Map<T, readonly Dependency<T>[]>();
  // An explicit stack: chains of rows can be longer than the call stack is deep.
  const trail: Frame<T>[] = [];
  const open = (row: T): void => {
    if (!edges.has(row)) edges.set(row, dependenciesOf(row));
    state.set(row, 'open');
    trail.push({ row, edges: edges.get(row)!, next: 0 });
  };
  for (const start of rows) {
    if (state.has(start)) continue;
    open(start);
    for (let frame = trail.at(-1); frame !== undefined; frame = trail.at(-1)) {
      const edge = frame.edges[frame.next++];
      if (edge === undefined) {
        state.set(frame.row, 'done');
        const level = frame.edges.reduce(
          (deepest, item) => (deferred.has(item) ? deepest : Math.max(deepest, levelOf.get(item.to)! + 1)),
          0,
        );
        levelOf.set(frame.row, level);
        (levels[level] ??= []).push(frame.row);
        trail.pop();
      } else if (deferred.has(edge)) {
        continue;
      } else if (!state.has(edge.to)) {
        open(edge.to);
      } else if (state.get(edge.to) === 'open') {
        const first = trail.findLastIndex(({ row }) => row === edge.to);
        const circle = trail.slice(first).map((step) => step.edges[step.next - 1]!);
        const weak = circle.findLastIndex(({ relation }) => relation.nullable);
        if (weak < 0) return { levels, deferred: [...deferred], stuck: circle };
        deferred.add(circle[weak]!);
        for (const { row } of trail.splice(first + weak + 1)) state.delete(row);
      }
    }
  }
  return { levels, deferred: [...deferred], stuck: undefined };
}
