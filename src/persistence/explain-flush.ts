import type { BatchResult, Connection, Rows, WriteResult } from '../adapters/adapter.ts';
import { Executor } from '../adapters/executor.ts';
import { modelOf } from '../core/inheritance.ts';
import type { FieldMeta, ModelMeta } from '../core/metadata.ts';
import type { FlushStatement, Model } from '../core/types/index.ts';
import type { FlushStep } from './flush-plan.ts';
import { PlannedRows } from './planned-rows.ts';
import { RowWriter } from './row-writer.ts';
import type { Workspace } from './workspace.ts';

/** A statement as it would be sent, with the positions of the rows that it is for. */
interface Recorded {
  readonly sql: string;
  readonly rows: Set<number>;
}

/** Sends nothing: notes what would be sent. In place of its values each row has its position, by which it is found again. */
class Recorder extends Executor {
  recorded: Recorded[] = [];
  #next = 0;

  /** What has been noted since this was called last. */
  take(): readonly Recorded[] {
    const { recorded } = this;
    this.recorded = [];
    this.#next = 0;
    return recorded;
  }

  override query(_: Connection, sql: string, parameters: readonly unknown[]): Rows {
    this.#note(sql, [parameters]);
    return [[1]];
  }

  override execute(_: Connection, sql: string, parameters: readonly unknown[]): WriteResult {
    this.#note(sql, [parameters]);
    return { changes: 0, lastInsertId: 1 };
  }

  override executeMany(_: Connection, sql: string, batches: readonly (readonly unknown[])[]): BatchResult {
    this.#note(sql, batches);
    return { changes: batches.map(() => 0), lastInsertIds: batches.map(() => 1) };
  }

  #note(sql: string, runs: readonly (readonly unknown[])[]): void {
    let last = this.recorded.at(-1);
    if (last?.sql !== sql) this.recorded.push((last = { sql, rows: new Set() }));
    for (const parameters of runs) {
      const found = positionsIn(parameters);
      // A row that says nothing goes alone, and in its turn.
      if (found.length === 0) found.push(this.#next);
      for (const position of found) last.rows.add(position);
      this.#next = Math.max(...found) + 1;
    }
  }
}

/** Positions among parameters: plain, in lists, or in JSON text. */
function positionsIn(value: unknown): number[] {
  if (typeof value === 'number') return [value];
  if (typeof value === 'string') return positionsIn(JSON.parse(value));
  return Array.isArray(value) ? value.flatMap(positionsIn) : [];
}

/**
 * The statements of a flush that is planned, as the writer of rows would send them on this connection.
 *
 * @param whyDeleted Of what is deleted because a relation says so: which.
 */
export async function explainSteps(
  workspace: Workspace,
  { keyStep }: Pick<Connection, 'keyStep'>,
  steps: readonly FlushStep[],
  isNew: (entity: object) => boolean,
  whyDeleted: ReadonlyMap<object, string>,
): Promise<FlushStatement[]> {
  const recorder = new Recorder(workspace.executor);
  const connection = (keyStep === undefined ? {} : { keyStep }) as Connection; // Named cast: nothing is sent on it.
  const rows = new PlannedRows(new RowWriter(recorder, connection, workspace.compiled), workspace.compiled);
  const statements: FlushStatement[] = [];
  for (const step of steps) {
    await rows.write(step);
    for (const { sql, rows: positions } of recorder.take())
      statements.push({
        sql,
        rows: positions.size,
        model: modelIn(step).name,
        operation: operationOf(step),
        entities: [...positions].flatMap((position) => reasons(step, position, isNew, whyDeleted)),
      });
  }
  return statements;
}

/** The model whose rows a step writes. */
export function modelIn(step: FlushStep): ModelMeta {
  return step.kind === 'link' || step.kind === 'unlink' ? step.link.model : step.meta;
}

function operationOf({ kind }: FlushStep): FlushStatement['operation'] {
  if (kind === 'insert' || kind === 'link') return 'insert';
  return kind === 'delete' || kind === 'unlink' ? 'delete' : 'update';
}

function reasons(
  step: FlushStep,
  position: number,
  isNew: (entity: object) => boolean,
  whyDeleted: ReadonlyMap<object, string>,
): { entity: Model; why: string }[] {
  if (step.kind === 'link' || step.kind === 'unlink') {
    const { source, target } = step.pairs[position]!;
    const why = `link of ${modelOf(source).name} and ${modelOf(target).name}${step.kind === 'link' ? '' : ', taken out'}`;
    return [because(source, why), because(target, why)];
  }
  const entity = step.entities[position]!;
  switch (step.kind) {
    case 'insert':
      return [because(entity, isNew(entity) ? 'new' : `link of ${endsOf(step.meta)}`)];
    case 'update':
      return [because(entity, `changed: ${step.changed.indexes.map((i) => nameOf(step.meta.fields[i]!)).join(', ')}`)];
    case 'connect':
      return [because(entity, `refers to a new row: ${step.relation.name}`)];
    case 'disconnect':
      return [because(entity, `deleted, and refers to another that is: ${step.relation.name}`)];
    case 'vacate':
      return [because(entity, `another takes its ${nameOf(step.field)}`)];
    default:
      return [because(entity, whyDeleted.get(entity) ?? 'deleted')];
  }
}

function nameOf(field: FieldMeta): string {
  return field.relation === undefined ? field.name : field.relation.name;
}

function endsOf({ relations }: ModelMeta): string {
  const owning = relations.filter((relation) => relation.owning);
  return owning.map(({ target }) => target.name).join(' and ');
}

function because(entity: object, why: string): { entity: Model; why: string } {
  return { entity: entity as Model, why }; // Named cast: entities are of models.
}
