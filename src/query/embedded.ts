import { conjunction, negation } from '../core/ast/expressions.ts';
import type { Expression } from '../core/ast/expressions.ts';
import type { EmbeddedMeta, FieldMeta, ModelMeta } from '../core/metadata.ts';
import { State } from '../core/state.ts';
import { describe } from '../core/value-types.ts';
import { InvalidQueryError, InvalidValueError, UnknownFieldError } from '../utils/errors.ts';
import { suggest } from '../utils/naming.ts';
import { keyChanges, keyFields } from './composite.ts';
import type { Lookup } from './lookups.ts';

/**
 * What `update` was given, with the parts of embedded values and the fields of relations in place of these: parts that are
 * not given stay as they are, `null` makes all of them NULL.
 *
 * @throws InvalidValueError, UnknownFieldError
 */
export function withParts(meta: ModelMeta, changes: Readonly<Record<string, unknown>>): [string, unknown][] {
  return Object.entries(changes).flatMap(([name, value]): [string, unknown][] => {
    const embedded = meta.embeddedByName.get(name);
    if (embedded === undefined || value === undefined) return keyChanges(meta, name, value) ?? [[name, value]];
    if (value === null && embedded.nullable) return embedded.fields.map((field) => [field.name, null]);
    return Object.entries(objectOf(meta, embedded, value)).map(([part, item]) => [
      partNamed(meta, embedded, part).name,
      item,
    ]);
  });
}

/** The fields that a name stands for: those of an embedded value or a relation; undefined where it is no such name. */
export function embeddedFields(meta: ModelMeta, name: unknown): readonly FieldMeta[] | undefined {
  return typeof name === 'string' ? (meta.embeddedByName.get(name)?.fields ?? keyFields(meta, name)) : undefined;
}

/** `exact(value)`: all parts are those of the value; one that it lacks is NULL. Any other lookup is refused. */
export function exactValue(
  meta: ModelMeta,
  embedded: EmbeddedMeta,
  { name, value, negated }: Lookup<unknown>,
  part: (field: FieldMeta, value: unknown) => Expression,
): Expression {
  if (name !== 'exact')
    throw new InvalidQueryError(`${meta.name}.${embedded.name} is compared as a whole by exact(), not by ${name}().`, {
      model: meta.name,
      field: embedded.name,
      remedy: `Use the lookup on a part: { ${embedded.name}: { ${embedded.fields[0]!.path[1]!}: ${name}(…) } }.`,
    });
  const given = value === null ? {} : objectOf(meta, embedded, value);
  for (const key of Object.keys(given)) partNamed(meta, embedded, key);
  const all = conjunction(embedded.fields.map((field) => part(field, given[field.path[1]!] ?? null)));
  return negated ? negation(all) : all;
}

/** The field of a part. @throws UnknownFieldError */
export function partNamed(meta: ModelMeta, { name, fields }: EmbeddedMeta, part: string): FieldMeta {
  const field = fields.find(({ path }) => path[1] === part);
  if (field !== undefined) return field;
  throw new UnknownFieldError(`${meta.name}.${name} has no part '${part}'.`, {
    model: meta.name,
    field: `${name}.${part}`,
    remedy: suggest(
      part,
      fields.map(({ path }) => path[1]!),
    ),
  });
}

function objectOf(meta: ModelMeta, { name }: EmbeddedMeta, value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value) && !State.is(value))
    return value as Readonly<Record<string, unknown>>;
  throw new InvalidValueError(`${meta.name}.${name} takes an object of its parts, not ${describe(value)}.`, {
    model: meta.name,
    field: name,
  });
}
