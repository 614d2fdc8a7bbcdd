import type { ModelMeta, RelationMeta } from '../core/metadata.ts';

/** `from` cannot be inserted before `to`. */
export interface Dependency<T> {
  readonly from: T;
  readonly to: T;
  readonly relation: RelationMeta;
}

/** Rows in an order in which each comes after all that it refers to, and the references that had to wait. */
export interface RowOrder<T> {
  readonly order: readonly T[];
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
      const { target } = relation;
      if (!relation.owning || !wanted.has(target)) continue;
      if (!indexes.has(target)) {
        visit(target);
        lows.set(model, Math.min(lows.get(model)!, lows.get(target)!));
      } else if (stack.includes(target)) {
        lows.set(model, Math.min(lows.get(model)!, indexes.get(target)!));
      }
    }
    if (lows.get(model) === index) groups.push(stack.splice(stack.indexOf(model)));
  };
  for (const model of wanted) if (!indexes.has(model)) visit(model);
  return groups;
}

/** Whether rows of a group of models can refer to each other, so that they need an order among themselves. */
export function needsRowOrder(group: readonly ModelMeta[]): boolean {
  return group.some((model) => model.relations.some((relation) => relation.owning && group.includes(relation.target)));
}

/**
 * Rows in an order that satisfies their dependencies; otherwise in the order given. A circle is broken at the first
 * reference in it that may be NULL.
 */
export function rowOrder<T>(rows: readonly T[], dependenciesOf: (row: T) => readonly Dependency<T>[]): RowOrder<T> {
  const order: T[] = [];
  const deferred = new Set<Dependency<T>>();
  const state = new Map<T, 'open' | 'done'>();
  let stuck: readonly Dependency<T>[] | undefined;

  // An explicit stack: chains of rows can be longer than the call stack is deep.
  const visit = (start: T): void => {
    const trail: { readonly row: T; readonly edges: readonly Dependency<T>[]; next: number }[] = [];
    const open = (row: T): void => {
      state.set(row, 'open');
      trail.push({ row, edges: dependenciesOf(row), next: 0 });
    };
    open(start);
    for (let frame = trail.at(-1); frame !== undefined; frame = trail.at(-1)) {
      const edge = frame.edges[frame.next++];
      if (edge === undefined) {
        state.set(frame.row, 'done');
        order.push(frame.row);
        trail.pop();
      } else if (!state.has(edge.to)) {
        open(edge.to);
      } else if (state.get(edge.to) === 'open' && !deferred.has(edge)) {
        const from = trail.findIndex(({ row }) => row === edge.to);
        const circle = trail.slice(from).map(({ edges, next }) => edges[next - 1]!);
        const weak = circle.find(({ relation }) => relation.nullable);
        if (weak === undefined) {
          stuck ??= circle;
          continue;
        }
        deferred.add(weak);
      }
    }
  };
  for (const row of rows) if (!state.has(row)) visit(row);
  return { order: reorder(order, deferred, dependenciesOf), deferred: [...deferred], stuck };
}

/** After circles are broken, rows that came too early for their remaining references move behind them. */
function reorder<T>(order: readonly T[], deferred: ReadonlySet<Dependency<T>>, dependenciesOf: (row: T) => readonly Dependency<T>[]): readonly T[] {
  if (deferred.size === 0) return order;
  const cut = (edge: Dependency<T>): boolean => [...deferred].some((weak) => weak.from === edge.from && weak.to === edge.to && weak.relation === edge.relation);
  const placed = new Set<T>();
  const sorted: T[] = [];
  const place = (row: T): void => {
    if (placed.has(row)) return;
    placed.add(row);
    for (const edge of dependenciesOf(row)) if (!cut(edge)) place(edge.to);
    sorted.push(row);
  };
  for (const row of order) place(row);
  return sorted;
}
