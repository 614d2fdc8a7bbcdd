import { sameTable } from '../core/inheritance.ts';
import type { FieldMeta, ModelMeta, RelationMeta } from '../core/metadata.ts';
import { isAmong } from '../core/relation-keys.ts';
import type { CompiledCache } from './compiled.ts';
import type { FlushStep } from './flush-plan.ts';
import { handoversIn } from './handovers.ts';
import type { Handover } from './handovers.ts';
import { placeholderFor } from './placeholders.ts';
import { newTarget, storedTarget } from './row-targets.ts';
import type { TargetFinder } from './row-targets.ts';

/**
 * The steps of a flush in which rows hand unique values on: whoever gives one up is written before the one that takes it, a row
 * that is deleted before the one that comes in its place, and where some wait for each other in a circle (a swap) one of them
 * makes way with a value for the time between. Whatever else was before is still before: parents are inserted before children, and
 * so on. Steps are divided only where that has to be. A flush without such values is left as it is.
 *
 * @param models Who may refer to a value.
 */
export function inOrderOfHandovers(
  steps: FlushStep[],
  compiled: CompiledCache,
  models: () => Iterable<ModelMeta>,
): FlushStep[] {
  const handovers = handoversIn(steps, compiled);
  if (handovers.length === 0) return steps;
  const all = [...models()];
  return new Schedule(steps, handovers, (fields) => placeholderFor(fields, all)).run() ?? steps;
}

/** One row of a step, or a step of links as a whole. */
interface Node {
  readonly step: number;
  readonly entity: object | undefined;
  /** What has to be done first: with the keys whose values are waited for, if nothing else is. */
  readonly needs: Map<Node, readonly UniqueKey[] | undefined>;
  readonly neededBy: Set<Node>;
  /** How many of these are left. */
  waits: number;
  /** How many of them are of other steps. */
  waitsForOthers: number;
  done: boolean;
}

/** Fields that are unique together. */
type UniqueKey = readonly FieldMeta[];

type Vacate = Extract<FlushStep, { kind: 'vacate' }>;

/** Kahn's topological sort, which takes a whole step where it can. */
class Schedule {
  readonly #steps: readonly FlushStep[];
  readonly #nodes: Node[][];
  readonly #rows = new Map<string, Map<object, Node>>();
  readonly #placeholder: (fields: UniqueKey) => ReturnType<typeof placeholderFor>;
  readonly #out: FlushStep[] = [];

  constructor(
    steps: readonly FlushStep[],
    handovers: readonly Handover[],
    placeholder: (fields: UniqueKey) => ReturnType<typeof placeholderFor>,
  ) {
    this.#steps = steps;
    this.#placeholder = placeholder;
    this.#nodes = steps.map((step, i) =>
      ('entities' in step ? step.entities : [undefined]).map((entity) => nodeOf(i, entity)),
    );
    for (const node of this.#nodes.flat()) if (node.entity !== undefined) this.#noteRow(node);
    this.#order();
    for (const { giver, taker, fields } of handovers)
      this.#before(this.#row(giver.step.kind, giver.entity), this.#row(taker.step.kind, taker.entity), fields);
  }

  /** Undefined where some wait for each other, and none of them can make way. */
  run(): FlushStep[] | undefined {
    for (const node of this.#nodes.flat())
      for (const needed of node.needs.keys()) {
        node.waits++;
        if (needed.step !== node.step) node.waitsForOthers++;
      }
    const left = new Set(this.#steps.keys());
    while (left.size > 0) {
      const next = this.#next(left);
      if (next === undefined) {
        const vacated = this.#makeWay();
        if (vacated.length === 0) return undefined;
        this.#out.push(...vacated);
        continue;
      }
      this.#take(next);
      if (this.#nodes[next]!.every(({ done }) => done)) left.delete(next);
    }
    return this.#out;
  }

  /** The first step that can be taken whole, or else in part. */
  #next(left: ReadonlySet<number>): number | undefined {
    let partly: number | undefined;
    for (const step of left) {
      const open = this.#nodes[step]!.filter(({ done }) => !done);
      if (!open.some(({ waits }) => waits === 0)) continue;
      if (open.every(({ waitsForOthers }) => waitsForOthers === 0)) return step;
      partly ??= step;
    }
    return partly;
  }

  /** All rows of a step that wait for nothing, and those that waited for one of these. */
  #take(step: number): void {
    const taken: object[] = [];
    const ready = this.#nodes[step]!.filter(({ done, waits }) => !done && waits === 0);
    for (const node of ready) {
      node.done = true;
      if (node.entity !== undefined) taken.push(node.entity);
      for (const waiting of node.neededBy)
        if (this.#release(waiting, node) && waiting.step === step && waiting.waits === 0) ready.push(waiting);
    }
    const whole = this.#steps[step]!;
    this.#out.push('entities' in whole ? ({ ...whole, entities: taken } as FlushStep) : whole); // Named cast: fewer rows of the same step.
  }

  /** Whether it waited for that. */
  #release(node: Node, needed: Node): boolean {
    if (!node.needs.delete(needed)) return false;
    node.waits--;
    if (needed.step !== node.step) node.waitsForOthers--;
    return true;
  }

  /** Of each circle one row makes way. */
  #makeWay(): Vacate[] {
    const vacated = new Map<FieldMeta, { meta: ModelMeta; entities: object[]; values: unknown[] }>();
    for (const [giver, keys] of this.#circles()) {
      const own = new Map(keys.map((key) => this.#placeholder(key)!).map(({ field, value }) => [field, value]));
      for (const [field, value] of own) {
        let rows = vacated.get(field);
        if (rows === undefined)
          vacated.set(field, (rows = { meta: metaOf(this.#steps[giver.step]!), entities: [], values: [] }));
        rows.entities.push(giver.entity!);
        rows.values.push(value);
      }
      for (const taker of giver.neededBy)
        if (taker.needs.get(giver)?.every((key) => keys.includes(key)) === true) this.#release(taker, giver);
    }
    return Array.from(vacated, ([field, rows]) => ({ kind: 'vacate', field, ...rows }));
  }

  /** For each circle a row that can make way, and the keys of which another waits for it; none if one cannot be opened. */
  #circles(): (readonly [Node, readonly UniqueKey[]])[] {
    const found: (readonly [Node, readonly UniqueKey[]])[] = [];
    /** Rows on the way, each with those that it waits for and that have not been looked at. */
    const open = new Map<Node, Node[]>();
    const passed = new Set<Node>();
    const enter = (trail: Node[], node: Node): void => {
      trail.push(node);
      open.set(node, [...node.needs.keys()]);
    };
    for (const start of this.#nodes.flat()) {
      if (start.done || passed.has(start)) continue;
      const trail: Node[] = [];
      enter(trail, start);
      for (let node = trail.at(-1); node !== undefined; node = trail.at(-1)) {
        const needed = open.get(node)!.pop();
        if (needed === undefined) {
          passed.add(node);
          open.delete(node);
          trail.pop();
        } else if (needed.done || passed.has(needed)) continue;
        else if (!open.has(needed)) enter(trail, needed);
        else {
          const from = trail.indexOf(needed);
          const opened = this.#opened(trail.slice(from));
          if (opened === undefined) return [];
          found.push(opened);
          // It waits for others still, and nobody for it: the rest of the circle is looked at again without it.
          passed.add(opened[0]);
          for (const row of trail.splice(from)) open.delete(row);
          if (!passed.has(needed)) enter(trail, needed);
        }
      }
    }
    return found;
  }

  /** Each row of a circle waits for the next, and the last for the first. */
  #opened(circle: readonly Node[]): readonly [Node, readonly UniqueKey[]] | undefined {
    for (const [i, taker] of circle.entries()) {
      const giver = circle[(i + 1) % circle.length]!;
      const keys = taker.needs.get(giver);
      if (keys?.every((key) => this.#placeholder(key) !== undefined) === true) return [giver, keys];
    }
    return undefined;
  }

  /** What each row has to wait for because of references and links, as in any flush. */
  #order(): void {
    const inserted = this.#byModel('insert');
    const deleted = this.#byModel('delete');
    const [newOne, oldOne] = [newTarget(inserted), storedTarget(deleted)];
    this.#steps.forEach((step, i) => {
      for (const node of this.#nodes[i]!) this.#orderOne(step, node, newOne, oldOne);
    });
  }

  #orderOne(step: FlushStep, node: Node, newOne: TargetFinder, oldOne: TargetFinder): void {
    if (step.kind === 'link' || step.kind === 'unlink') return this.#orderLinks(step, node);
    const entity = node.entity!;
    for (const relation of step.meta.relations) {
      const { owning, sourceField } = relation;
      if (!owning) continue;
      if (step.kind === 'insert' && !isDeferred(step.deferred.get(entity), relation))
        this.#before(this.#row('insert', newOne(entity, relation)), node);
      else if (step.kind === 'connect' && step.relation === relation) {
        this.#before(this.#row('insert', newOne(entity, relation)), node);
        this.#before(this.#row('insert', entity), node);
      } else if (step.kind === 'update' && isAmong(sourceField, step.changed.indexes)) {
        this.#before(this.#row('insert', newOne(entity, relation)), node);
        this.#before(node, this.#row('delete', oldOne(entity, relation)));
      } else if (step.kind === 'delete' || (step.kind === 'disconnect' && step.relation === relation)) {
        const apart = this.#row(`disconnect ${relation.id}`, entity);
        this.#before(apart ?? node, this.#row('delete', oldOne(entity, relation)));
        if (apart !== node) this.#before(apart, node);
      }
    }
  }

  /** Links go after the rows at their ends have come, and before these go; with rows of their own model they keep their place. */
  #orderLinks({ kind, link, pairs }: Extract<FlushStep, { kind: 'link' | 'unlink' }>, node: Node): void {
    for (const { source, target } of pairs)
      for (const end of [source, target])
        if (kind === 'link') this.#before(this.#row('insert', end), node);
        else this.#before(node, this.#row('delete', end));
    this.#steps.forEach((other, i) => {
      if (i === node.step || !sameTable('link' in other ? other.link.model : other.meta, link.model)) return;
      for (const row of this.#nodes[i]!) this.#before(i < node.step ? row : node, i < node.step ? node : row);
    });
  }

  #byModel(kind: 'insert' | 'delete'): Map<ModelMeta, object[]> {
    const found = new Map<ModelMeta, object[]>();
    for (const step of this.#steps)
      if (step.kind === kind) found.set(step.meta, [...(found.get(step.meta) ?? []), ...step.entities]);
    return found;
  }

  #noteRow(node: Node): void {
    const step = this.#steps[node.step]!;
    const kind = step.kind === 'connect' || step.kind === 'disconnect' ? `${step.kind} ${step.relation.id}` : step.kind;
    let rows = this.#rows.get(kind);
    if (rows === undefined) this.#rows.set(kind, (rows = new Map()));
    rows.set(node.entity!, node);
  }

  #row(kind: string, entity: object | undefined): Node | undefined {
    return entity === undefined ? undefined : this.#rows.get(kind)?.get(entity);
  }

  #before(first: Node | undefined, then: Node | undefined, fields?: UniqueKey): void {
    if (first === undefined || then === undefined || first === then) return;
    // What has other reasons to wait does so, even if the value is free.
    const known = then.needs.has(first) ? then.needs.get(first) : [];
    then.needs.set(first, fields === undefined || known === undefined ? undefined : [...known, fields]);
    first.neededBy.add(then);
  }
}

function nodeOf(step: number, entity: object | undefined): Node {
  return {
    step,
    entity,
    needs: new Map(),
    neededBy: new Set(),
    waits: 0,
    waitsForOthers: 0,
    done: false,
  };
}

function metaOf(step: FlushStep): ModelMeta {
  return 'link' in step ? step.link.model : step.meta;
}

/** Whether a reference of a new row waits until all rows are there. */
function isDeferred(waiting: readonly FieldMeta[] | undefined, { cleared }: RelationMeta): boolean {
  return waiting !== undefined && cleared.every((field) => waiting.includes(field));
}
