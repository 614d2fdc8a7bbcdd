import type { RelationTree } from './loader.ts';
import type { ModelClassValue, ModelMeta } from './metadata.ts';
import { metaOf } from './registry.ts';
import { State } from './state.ts';

/**
 * An entity as plain values: its fields, and of its relations only those that its query was asked to load, so that
 * the result depends on the query and not on what else the session happens to hold.
 */
export function entityToJSON(meta: ModelMeta, entity: object, requested?: RelationTree): Record<string, unknown> {
  const json: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(entity)) if (!isPrefetched(value)) json[name] = toPlain(value);
  const tree = requested ?? State.group(entity)?.requested;
  if (tree === undefined) return json;
  for (const [name, below] of tree) {
    const value = (entity as Record<string, unknown>)[name];
    if (value === undefined) continue;
    const target = meta.relationByName.get(name)?.target;
    const one = (item: object): unknown =>
      entityToJSON(target ?? metaOf(item.constructor as ModelClassValue), item, below);
    json[name] = value === null ? null : isMany(value) ? [...value].map(one) : one(value);
  }
  return json;
}

function isMany(value: object): value is Iterable<object> {
  return Symbol.iterator in value;
}

/** What a prefetch has put on the entity: shown only where it was asked for, as relations are. */
function isPrefetched(value: unknown): boolean {
  return State.is(Array.isArray(value) ? (value as readonly unknown[])[0] : value);
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
