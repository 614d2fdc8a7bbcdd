import type { FieldMeta, InheritanceMeta, ModelClassValue, ModelMeta, VariantMeta } from '../metadata.ts';
import { problemWith } from '../value-types.ts';
import type { FieldDraft, ModelDraft, RelationDraft, Report } from './draft.ts';

type Drafts = ReadonlyMap<ModelClassValue, ModelDraft>;

/** Types whose values a row shows as they are. */
const DISCRIMINATORS = new Set(['enum', 'string', 'text', 'int', 'smallInt']);

/** The classes that a model names as those that share its table. */
export function subclassesOf({ options: { subclasses } }: ModelDraft['definition']): unknown {
  return typeof subclasses === 'function' ? subclasses() : [];
}

/** What the models of each table have to do with each other, once all have their fields. */
export function resolveFamilies(drafts: Drafts, report: Report): void {
  for (const draft of drafts.values()) {
    const { subclass, options } = draft.definition;
    if (Object.isFrozen(draft.meta)) continue;
    if (subclass !== undefined) checkNamed(draft, drafts, report);
    else if (options.discriminator !== undefined || options.subclasses !== undefined)
      resolveFamily(draft, drafts, report);
    else if (options.discriminatorValue !== undefined)
      report(
        `${draft.meta.name} has a discriminatorValue and no discriminator: name the field with { discriminator: … }.`,
      );
  }
}

/** The model that a subclass extends. */
function rootDraft({ definition: { subclass } }: ModelDraft, drafts: Drafts): ModelDraft | undefined {
  return subclass === undefined ? undefined : drafts.get(subclass.root as ModelClassValue);
}

function checkNamed(draft: ModelDraft, drafts: Drafts, report: Report): void {
  const root = rootDraft(draft, drafts)!;
  const named = subclassesOf(root.definition);
  if (Array.isArray(named) && named.includes(draft.modelClass)) return;
  const { name } = draft.meta;
  report(
    root.definition.options.discriminator === undefined
      ? `${name} extends ${root.meta.name}, which has no discriminator: give it { discriminator: …, subclasses: () => [${name}] }.`
      : `${name} extends ${root.meta.name}, which does not name it: add it to { subclasses: () => [...] }.`,
  );
}

function resolveFamily(root: ModelDraft, drafts: Drafts, report: Report): void {
  const { name } = root.meta;
  const { discriminator, discriminatorValue } = root.definition.options;
  const field = discriminator === undefined ? undefined : root.meta.fieldByName.get(discriminator);
  if (field === undefined) {
    report(`${name} has subclasses and needs the name of a field as their discriminator.`);
    return;
  }
  if (!DISCRIMINATORS.has(field.type.kind) || field.nullable || field.generation !== undefined || field.path.length > 1)
    report(
      `${name}.${field.name} cannot be a discriminator: it has to be an enum, a text or an integer, and not nullable.`,
    );
  const members = membersOf(root, drafts, report);
  const valueOf = ({ definition: { subclass } }: ModelDraft): string | number | undefined =>
    subclass === undefined ? discriminatorValue : subclass.value;
  checkValues(field, members, valueOf, report);
  checkColumns(root, members, drafts, report);
  for (const draft of members) {
    draft.meta.inheritance = inheritanceOf(draft, root, members, valueOf, drafts);
    draft.meta.restricted = draft !== root;
  }
}

/** The root and the classes that extend it, in the order in which it names them. */
function membersOf(root: ModelDraft, drafts: Drafts, report: Report): ModelDraft[] {
  const named = subclassesOf(root.definition);
  const list: readonly unknown[] = Array.isArray(named) ? named : [];
  if (list.length === 0) report(`${root.meta.name} has a discriminator and names no subclasses: () => [...].`);
  const members = list.map((item) => drafts.get(item as ModelClassValue));
  members.forEach((member, i) => {
    if (member === undefined || rootDraft(member, drafts) !== root)
      report(
        `${root.meta.name} names a subclass at place ${i + 1} that does not extend it: write class … extends subModel(${root.meta.name}, …).`,
      );
  });
  const all = [...members, ...drafts.values()].filter(
    (member) => member !== undefined && rootDraft(member, drafts) === root,
  );
  return [root, ...(new Set(all) as Set<ModelDraft>)];
}

function checkValues(
  field: FieldDraft,
  members: readonly ModelDraft[],
  valueOf: (draft: ModelDraft) => string | number | undefined,
  report: Report,
): void {
  const owners = new Map<unknown, ModelDraft>();
  for (const draft of members) {
    const value = valueOf(draft);
    if (value === undefined) continue;
    const other = owners.get(value);
    if (other !== undefined)
      report(`${other.meta.name} and ${draft.meta.name} have the same discriminator '${value}'.`);
    owners.set(value, draft);
    const problem = problemWith(field.type, value);
    if (problem !== undefined)
      report(`${draft.meta.name}: ${field.model.name}.${field.name} cannot be '${value}': it ${problem}.`);
  }
}

/** Two classes beside each other cannot share a column: one name would mean two things. */
function checkColumns(root: ModelDraft, members: readonly ModelDraft[], drafts: Drafts, report: Report): void {
  const owners = new Map<string, FieldMeta>();
  for (const draft of members) {
    for (const field of ownFields(draft, drafts)) {
      const other = owners.get(field.column.toLowerCase());
      if (other !== undefined)
        report(
          `${other.model.name}.${other.name} and ${draft.meta.name}.${field.name} share the column '${field.column}' of ${root.meta.table}: move it to ${root.meta.name}, or give one another name with { column: … }.`,
        );
      owners.set(field.column.toLowerCase(), field as unknown as FieldMeta);
    }
  }
}

/** The fields that a model adds to those of the root, which come first. */
function ownFields(draft: ModelDraft, drafts: Drafts): readonly FieldDraft[] {
  return draft.meta.fields.slice(rootDraft(draft, drafts)?.meta.fields.length ?? 0);
}

function inheritanceOf(
  draft: ModelDraft,
  root: ModelDraft,
  members: readonly ModelDraft[],
  valueOf: (draft: ModelDraft) => string | number | undefined,
  drafts: Drafts,
): InheritanceMeta {
  const family = draft === root ? members : [draft];
  const below = family.filter((member) => member !== draft);
  const columns = [...draft.meta.fields, ...below.flatMap((member) => ownFields(member, drafts))];
  const variants = new Map<unknown, VariantMeta>();
  for (const member of family) {
    const value = valueOf(member);
    const positions = member.meta.fields.map(({ column }) => columns.findIndex((other) => other.column === column));
    if (value !== undefined) variants.set(value, { meta: member.meta as unknown as ModelMeta, positions });
  }
  return {
    root: root.meta as unknown as ModelMeta,
    discriminator: draft.meta.fieldByName.get(root.definition.options.discriminator!)!,
    value: valueOf(draft),
    columns,
    variants,
  };
}

/** The relations of what a model extends, as its own, in front. */
export function inheritRelations(draft: ModelDraft, drafts: Drafts): void {
  const root = rootDraft(draft, drafts);
  if (root === undefined) return;
  const { meta, keyColumns } = draft;
  const inherited = root.meta.relations.map((relation): RelationDraft => {
    const model = meta as unknown as ModelMeta;
    const own = (field: FieldMeta): FieldMeta => meta.fields[field.index]!;
    const { sourceField: key, cleared } = relation;
    const composite = key === root.meta.identity ? meta.identity : draft.compositeKeys.get(relation.name);
    const sourceField = key.parts === undefined ? own(key) : composite!;
    const copy = { ...relation, model, id: `${meta.id}r${relation.index}`, sourceField, cleared: cleared.map(own) };
    const column = keyColumns.get(relation.name);
    if (relation.owning && column !== undefined) column.relation = copy;
    return copy;
  });
  const own = meta.relations.splice(0);
  meta.relations.push(...inherited, ...own);
  meta.relationByName.clear();
  for (const relation of meta.relations) meta.relationByName.set(relation.name, relation);
}
