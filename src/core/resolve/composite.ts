import { suggest } from '../../utils/naming.ts';
import { RelationDefinition } from '../definitions.ts';
import type { FieldMeta, ModelMeta, RelationMeta } from '../metadata.ts';
import { partsOf } from '../relation-keys.ts';
import type { ValueType } from '../value-types.ts';
import type { FieldDraft, ModelDraft, RelationDraft, Report, Resolution } from './draft.ts';

/** What the fields that a relation names say themselves. */
const OF_THE_FIELDS = ['column', 'to', 'default', 'primaryKey', 'comment', 'renamedFrom'] as const;

/** Relations that name fields of their model as their key: the names become fields. */
export function nameKeyFields(draft: ModelDraft, { report }: Resolution): void {
  for (const [name, definition] of Object.entries(draft.definition.fields)) {
    if (!(definition instanceof RelationDefinition) || definition.options.fields === undefined) continue;
    const { options } = definition;
    const where = `${draft.meta.name}.${name}`;
    for (const option of OF_THE_FIELDS)
      if (options[option] !== undefined)
        report(`${where} has both 'fields' and '${option}': its fields are columns of their own, so say it there.`);
    const named: unknown = options.fields;
    if (!Array.isArray(named) || named.length < 2) {
      report(`${where}: 'fields' is a list of two fields or more, in the order of the key that they refer to.`);
      continue;
    }
    const parts = named.flatMap((field) => partNamed(draft, where, field as unknown, report));
    if (parts.length !== named.length) continue;
    if (new Set(parts).size < parts.length) {
      report(`${where} names a field twice: each part of a key has its own.`);
      continue;
    }
    const twin = [...draft.compositeKeys].find(([, other]) => other.parts.every((part, i) => part === parts[i]));
    if (twin !== undefined) {
      report(
        `${where} and ${draft.meta.name}.${twin[0]} name the same fields: a key refers to one model, so keep one.`,
      );
      continue;
    }
    checkNull(where, options.nullable === true, parts, report);
    draft.compositeKeys.set(
      name,
      Object.freeze({ model: draft.meta as unknown as ModelMeta, parts: Object.freeze(parts) }),
    );
  }
}

function partNamed(draft: ModelDraft, where: string, name: unknown, report: Report): FieldDraft[] {
  const { keyColumns, meta } = draft;
  const field = typeof name === 'string' ? (keyColumns.get(name) ?? meta.fieldByName.get(name)) : undefined;
  if (field === undefined)
    report(
      `${where} names '${String(name)}' among its fields, which is no field of ${meta.name}. ${suggest(String(name), [...meta.fieldByName.keys(), ...keyColumns.keys()])}`,
    );
  else if (field.path.length > 1 || field.generatedAs !== undefined)
    report(`${where} names '${field.name}' among its fields, which cannot be set by itself: name a plain column.`);
  else return [field];
  return [];
}

/** As in SQL, a row with one part NULL refers to nothing. */
function checkNull(where: string, nullable: boolean, parts: readonly FieldDraft[], report: Report): void {
  const open = parts.filter((part) => part.nullable).map(({ name }) => name);
  if (nullable && open.length === 0)
    report(`${where} is nullable, and none of its fields is: say nullable: true of one of them at least.`);
  if (!nullable && open.length > 0)
    report(`${where} is not nullable, and its field ${open.join(' and ')} is: say nullable: true of the relation.`);
}

/** What a relation to a model with a composite key goes by: checks the fields against those of the key. */
export function checkParts(
  where: string,
  { sourceField, onDelete }: RelationDraft,
  target: ModelDraft,
  { report }: Resolution,
): void {
  const { name, key } = target.meta;
  const parts = partsOf(sourceField);
  if (parts.length !== key.length) {
    report(
      `${where} names ${parts.length} fields for the key of ${name}, which has ${key.length}: ${key.map((field) => field.name).join(', ')}.`,
    );
    return;
  }
  const inKeyOrder = key.map((field) => field.name);
  const given = parts.map((part) => part.name);
  // Within one model it is another row: of a pair (from, to) the one that leads back.
  if (sourceField.model.table !== target.meta.table && isReordered(given, inKeyOrder))
    report(
      `${where} names its fields as the key of ${name} does, in another order: give them as they are there, ${inKeyOrder.join(', ')}.`,
    );
  parts.forEach((part, i) => {
    const other = key[i]!;
    if (!fits(part.type, other.type))
      report(
        `${where}: '${part.name}' is of type ${part.type.kind}, and ${name}.${other.name}, which it refers to, of type ${other.type.kind}: give both the same type.`,
      );
  });
  const required = parts.find((part) => !part.nullable);
  if (onDelete === 'set null' && required !== undefined)
    report(
      `${where} has onDelete: 'set null', by which a database sets all of its fields, and '${required.name}' is not nullable.`,
    );
}

function isReordered(names: readonly string[], others: readonly string[]): boolean {
  return names.every((name) => others.includes(name)) && names.some((name, i) => name !== others[i]);
}

/** Whether a database compares two columns for a foreign key, and all of the one's values are some of the other's. */
function fits(a: ValueType, b: ValueType): boolean {
  if (a.kind === 'custom' && b.kind === 'custom') return a.codec === b.codec;
  if (a.kind === 'decimal' && b.kind === 'decimal') return a.scale === b.scale && a.precision === b.precision;
  return a.kind === b.kind;
}

/**
 * What a relation sets to null when it is: its key; of several fields those that may be null, without those that another
 * relation has too, as far as any are left.
 */
export function clearedBy(relation: RelationMeta, others: readonly RelationMeta[]): readonly FieldMeta[] {
  const { sourceField } = relation;
  if (sourceField.parts === undefined) return [sourceField];
  const nullable = sourceField.parts.filter((part) => part.nullable);
  const shared = new Set(
    others.flatMap((other) => (other === relation || !other.owning ? [] : partsOf(other.sourceField))),
  );
  const own = nullable.filter((part) => !shared.has(part));
  return own.length > 0 ? own : nullable;
}
