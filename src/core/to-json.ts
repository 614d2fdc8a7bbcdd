import type { RelationTree } from './loader.ts';
import type { ModelMeta } from './metadata.ts';
import { State } from './state.ts';

/**
 * An entity as plain values: its fields, and of its relations only those that its query was asked to load, so that
 * the result depends on the query and not on what else the session happens to hold.
 */
export function entityToJSON(meta: ModelMeta, entity: object, requested?: RelationTree): Record<string, unknown> {
  const json: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(entity)) json[name] = toPlain(value);
  const tree = requested ?? State.group(entity)?.requested;
  if (tree === undefined) return json;
  for (const [name, below] of tree) {
    const relation = meta.relationByName.get(name);
    if (relation === undefined) continue;
    const value = (entity as Record<string, unknown>)[name];
    json[name] = relation.many
      ? [...(value as Iterable<object>)].map((item) => entityToJSON(relation.target, item, below))
      : value === null
        ? null
        : entityToJSON(relation.target, value as object, below);
  }
  return json;
}

/** Values that JSON lacks, in the form that text carries best. */
function toPlain(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map(toPlain);
  return isEmbedded(value)
    ? Object.fromEntries(Object.entries(value).map(([name, part]) => [name, toPlain(part)]))
    : value;
}

/** An embedded value or an object of a JSON column; dates and other classes know their own JSON form. */
function isEmbedded(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
