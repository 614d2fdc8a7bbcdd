import type { Connection } from '../adapters/adapter.ts';
import type { ModelMeta } from '../core/metadata.ts';
import { State } from '../core/state.ts';
import { StaleObjectError } from '../utils/errors.ts';
import { withCapitalArticle } from '../utils/naming.ts';
import type { EntityCodec } from './entity-codec.ts';
import { readField } from './entity-codec.ts';
import { RowWriter } from './row-writer.ts';
import { namesRow } from './update-shape.ts';
import type { Workspace } from './workspace.ts';

/** Of a statement for several rows the database says how many it met, and not which. */
interface Suspects {
  readonly meta: ModelMeta;
  readonly entities: readonly object[];
}

const unresolved = new WeakMap<object, Suspects>();

/** The error of a statement that met fewer rows than it was to. */
export function stale(meta: ModelMeta, done: 'updated' | 'deleted', entities: readonly object[]): StaleObjectError {
  const error = new StaleObjectError(
    `${withCapitalArticle(meta.name)} that was to be ${done} has been changed or deleted by another transaction.`,
    { model: meta.name, remedy: 'Refresh it and try again.' },
    entities,
  );
  if (entities.length > 1) unresolved.set(error, { meta, entities });
  return error;
}

/**
 * Which rows were not met: asked on the same connection once what was written has been taken back, so that those that were
 * met are there again.
 */
export async function resolveStale(error: unknown, workspace: Workspace, connection: Connection): Promise<void> {
  const suspects = error instanceof StaleObjectError ? unresolved.get(error) : undefined;
  if (suspects === undefined) return;
  unresolved.delete(error as StaleObjectError); // Named cast: what is in the map is one.
  const { meta, entities } = suspects;
  const codec = workspace.compiled.codec(meta);
  const names = entities.map((entity) => namesOf(meta, codec, entity));
  const writer = new RowWriter(workspace.executor, connection, workspace.compiled);
  try {
    const rows = await writer.find(meta, namesRow(meta), names, true);
    (error as StaleObjectError).narrow(entities.filter((_, i) => rows[i] === undefined));
  } catch {
    // What failed first is what has to be told: it keeps all that may be meant.
  }
}

/** Driver values of the key and version that name a stored row. */
export function namesOf(meta: ModelMeta, codec: EntityCodec, entity: object): unknown[] {
  const row = State.row(entity);
  return namesRow(meta).map((field) =>
    row === null ? codec.encodeField(field, readField(entity, field)) : codec.storedValue(field, row[field.index]),
  );
}
