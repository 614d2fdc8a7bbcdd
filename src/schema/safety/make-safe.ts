import type { Schema } from '../../core/ast/schema.ts';
import { keyOf } from '../creation-order.ts';
import type { Operation } from '../operations/operation.ts';
import { analyse } from './analyse.ts';
import type { SafetyContext, Stage } from './finding.ts';

/**
 * The same operations in stages that hurt nobody, or as little as can be: each is a migration of its own. Operations come as early
 * as what they build on is whole.
 *
 * @param before The schema that the operations find.
 */
export function makeSafe(operations: readonly Operation[], before: Schema, context: SafetyContext): Stage[] {
  const plan = new Stages();
  const safe = safeWays(operations, before, context);
  operations.forEach((operation, position) => {
    plan.add(safe.get(position) ?? [{ operations: [operation] }], tablesOf(operation));
  });
  return plan.stages.filter(({ operations: own }) => own.length > 0);
}

/** Of several findings about one operation the first that knows a way: it stands for the whole of it. */
function safeWays(
  operations: readonly Operation[],
  before: Schema,
  context: SafetyContext,
): Map<number, readonly Stage[]> {
  const ways = new Map<number, readonly Stage[]>();
  for (const { operation, safe } of analyse(operations, before, context))
    if (safe !== undefined && !ways.has(operation)) ways.set(operation, safe);
  return ways;
}

class Stages {
  readonly stages: { operations: Operation[]; first?: string | undefined; then?: string | undefined }[] = [];
  /** The stage in which the last operation on a table stands. */
  readonly #last = new Map<string, number>();

  /** @param tables What the operations are about; undefined: nobody knows, so they come after everything. */
  add(stages: readonly Stage[], tables: readonly string[] | undefined): void {
    const from =
      tables === undefined
        ? Math.max(0, this.stages.length - 1)
        : Math.max(0, ...tables.map((table) => this.#last.get(table) ?? 0), this.#last.get(EVERYTHING) ?? 0);
    stages.forEach(({ operations, first, then }, i) => {
      const stage = (this.stages[from + i] ??= { operations: [] });
      stage.operations.push(...operations);
      if (first !== undefined) stage.first = joined(stage.first, first);
      if (then !== undefined) stage.then = joined(stage.then, then);
    });
    const end = from + stages.length - 1;
    for (const table of tables ?? [EVERYTHING]) this.#last.set(table, end);
  }
}

function joined(before: string | undefined, more: string): string {
  return before === undefined ? more : `${before} ${more}`;
}

const EVERYTHING = '';

/** The tables that an operation is about; undefined where that is not known. */
function tablesOf(operation: Operation): string[] | undefined {
  switch (operation.kind) {
    case 'createTable':
      return [keyOf(operation.table), ...operation.table.foreignKeys.map((key) => keyOf(key.table))];
    case 'renameTable':
      return [keyOf(operation.table), keyOf({ schema: operation.table.schema, name: operation.to })];
    case 'addForeignKey':
      return [keyOf(operation.table), keyOf(operation.key.table)];
    case 'createView':
    case 'dropView':
    case 'runSql':
    case 'run':
      return undefined;
    default:
      return [keyOf(operation.table)];
  }
}
