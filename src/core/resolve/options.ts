import { shortName, suggest } from '../../utils/naming.ts';
import { RelationDefinition } from '../definitions.ts';
import type { CheckDefinition, IndexDefinition, UniqueDefinition } from '../definitions.ts';
import type { CheckMeta, FieldMeta, IndexMeta, IndexPartMeta, OrderMeta, RelationMeta } from '../metadata.ts';
import type { FieldDraft, ModelDraft, Report } from './draft.ts';

/** Ordering, indexes and constraints: names become fields. */
export function resolveOptions(draft: ModelDraft, report: Report): void {
  const { meta, definition } = draft;
  const { options } = definition;
  meta.ordering = (options.ordering ?? []).flatMap((key) => orderOf(draft, key, 'ordering', report));
  const declared = [...(options.indexes ?? []), ...(options.constraints ?? [])];
  const indexes = [
    ...meta.fields
      .filter((field) => field.unique && !isDeclaredUnique(draft, field))
      .map((field) => singleIndex(draft, field, true)),
    ...meta.fields
      .filter((field) => field.indexed && !field.unique && !leadsAnIndex(draft, field))
      .map((field) => singleIndex(draft, field, false)),
    ...meta.relations.flatMap((relation) => compositeIndex(draft, relation)),
    ...declared
      .filter((item): item is IndexDefinition | UniqueDefinition => item.kind !== 'check')
      .map((item) => indexOf(draft, item, report)),
  ];
  meta.indexes = indexes;
  meta.checks = declared.filter((item): item is CheckDefinition => item.kind === 'check').map(checkOf);
  reportTwins(draft, [...meta.indexes, ...meta.checks], report);
}

/** Whether another index or the key begins with this column, so that one of its own would be waste. */
function leadsAnIndex(draft: ModelDraft, field: FieldDraft): boolean {
  if (draft.meta.key[0] === field) return true;
  return [...(draft.definition.options.indexes ?? []), ...(draft.definition.options.constraints ?? [])].some(
    (item) =>
      item.kind !== 'check' &&
      (item.kind === 'unique' || item.options.where === undefined) &&
      leads(draft, item.fields[0], field),
  );
}

/** Whether the options say that this field alone is unique, as they do to give the index another name. */
function isDeclaredUnique(draft: ModelDraft, field: FieldDraft): boolean {
  return (draft.definition.options.constraints ?? []).some(
    (item) => item.kind === 'unique' && item.fields.length === 1 && fieldNamed(draft, item.fields[0]!) === field,
  );
}

function leads(draft: ModelDraft, first: unknown, field: FieldMeta): boolean {
  return typeof first === 'string' && fieldNamed(draft, bare(first)) === field;
}

function singleIndex(draft: ModelDraft, field: FieldDraft, unique: boolean): IndexMeta {
  const name = shortName(`${draft.meta.table}_${field.column}_${unique ? 'key' : 'idx'}`);
  return Object.freeze({
    name,
    parts: Object.freeze([Object.freeze({ field, descending: false })]),
    unique,
    fullText: undefined,
    where: undefined,
  });
}

/** A foreign key of several columns is looked up from the other side as others are. */
function compositeIndex(draft: ModelDraft, { name, kind, owning, sourceField }: RelationMeta): IndexMeta[] {
  const { parts } = sourceField;
  if (!owning || parts === undefined) return [];
  const definition = draft.definition.fields[name];
  const { index, unique: isUnique } = definition instanceof RelationDefinition ? definition.options : {};
  const unique = isUnique === true || kind === 'oneToOne';
  const begun = unique
    ? coversKey(draft, parts) || isDeclaredTogether(draft, parts)
    : index === false || leadsByAll(draft, parts);
  if (begun) return [];
  const columns = parts.map(({ column }) => column);
  return [
    Object.freeze({
      name: shortName([draft.meta.table, ...columns, unique ? 'key' : 'idx'].join('_')),
      parts: Object.freeze(parts.map((field) => Object.freeze({ field, descending: false }))),
      unique,
      fullText: undefined,
      where: undefined,
    }),
  ];
}

/** Whether the primary key keeps these unique already. */
function coversKey({ meta }: ModelDraft, parts: readonly FieldMeta[]): boolean {
  return meta.key.every((field) => parts.includes(field));
}

/** Whether the options say that these are unique together, as they do to give the index another name. */
function isDeclaredTogether(draft: ModelDraft, parts: readonly FieldMeta[]): boolean {
  return (draft.definition.options.constraints ?? []).some(
    (item) =>
      item.kind === 'unique' &&
      item.fields.length === parts.length &&
      parts.every((field, i) => leads(draft, item.fields[i], field)),
  );
}

/** Whether the primary key or an index begins with these columns. */
function leadsByAll(draft: ModelDraft, parts: readonly FieldMeta[]): boolean {
  if (parts.every((field, i) => draft.meta.key[i] === field)) return true;
  const { indexes = [], constraints = [] } = draft.definition.options;
  return [...indexes, ...constraints].some(
    (item) =>
      item.kind !== 'check' &&
      (item.kind === 'unique' || item.options.where === undefined) &&
      parts.every((field, i) => leads(draft, item.fields[i], field)),
  );
}

function indexOf(draft: ModelDraft, item: IndexDefinition | UniqueDefinition, report: Report): IndexMeta {
  const parts = item.fields.flatMap((key): IndexPartMeta[] =>
    typeof key === 'string' ? orderOf(draft, key, `${item.kind}()`, report) : [Object.freeze({ expression: key })],
  );
  if (item.fields.length === 0) report(`${draft.meta.name}: ${item.kind}() names no field.`);
  const unique = item.kind === 'unique' || item.options.unique === true;
  const given = item.kind === 'unique' ? item.name : item.options.name;
  const name =
    given ??
    shortName([draft.meta.table, ...parts.map(({ field }) => field?.column ?? ''), unique ? 'key' : 'idx'].join('_'));
  return Object.freeze({
    name,
    parts: Object.freeze(parts),
    unique,
    fullText: fullTextOf(draft, item, parts, report),
    where: item.kind === 'unique' ? undefined : item.options.where,
  });
}

function fullTextOf(
  { meta }: ModelDraft,
  item: IndexDefinition | UniqueDefinition,
  parts: readonly IndexPartMeta[],
  report: Report,
): string | undefined {
  const given = item.kind === 'unique' ? undefined : item.options.fullText;
  if (given === undefined || given === false) return undefined;
  const field = parts[0]?.field;
  if (field !== undefined && field.type.kind !== 'string' && field.type.kind !== 'text')
    report(`${meta.name}: a full-text index is over text, and ${field.name} is none.`);
  return given === true ? 'simple' : given;
}

function checkOf(item: CheckDefinition): CheckMeta {
  return Object.freeze({ name: item.name, condition: item.condition });
}

/** `'-createdAt'` as a field and a direction. */
function orderOf(draft: ModelDraft, key: string, place: string, report: Report): OrderMeta[] {
  const name = bare(key);
  const field = fieldNamed(draft, name);
  if (field !== undefined) return [Object.freeze({ field, descending: key.startsWith('-') })];
  report(
    `${draft.meta.name}: ${place} names '${name}', which is no field. ${suggest(name, [...draft.meta.fieldByName.keys(), ...draft.keyColumns.keys()])}`,
  );
  return [];
}

function fieldNamed(draft: ModelDraft, name: string): FieldDraft | undefined {
  return draft.keyColumns.get(name) ?? draft.meta.fieldByName.get(name);
}

function bare(key: string): string {
  return key.startsWith('-') ? key.slice(1) : key;
}

function reportTwins(draft: ModelDraft, named: readonly { readonly name: string }[], report: Report): void {
  const names = named.map((item) => item.name);
  for (const name of new Set(names.filter((item, i) => names.indexOf(item) !== i))) {
    report(
      `${draft.meta.name} has two indexes or constraints named '${name}': give one another name with { name: … }.`,
    );
  }
}
