import { suggest } from '../../utils/naming.ts';
import { RelationDefinition } from '../definitions.ts';
import type { FieldMeta, KeyMeta, LinkMeta, ModelMeta } from '../metadata.ts';
import { definitionOfLink, linkColumn, linkTable } from './link.ts';
import { checkParts, clearedBy } from './composite.ts';
import { addField, draftModel, keyOfRelation, setKey } from './draft.ts';
import type { FieldDraft, ModelDraft, RelationDraft, Resolution } from './draft.ts';
import { partsOf } from '../relation-keys.ts';
import { referredField } from './fields.ts';

/** Relations that a model owns: foreign keys, one-to-one, many-to-many. Gives the link tables that had to be made. */
export function resolveRelations(draft: ModelDraft, resolution: Resolution): ModelDraft[] {
  const links: ModelDraft[] = [];
  for (const [name, definition] of Object.entries(declared(draft))) {
    if (!(definition instanceof RelationDefinition)) continue;
    const relation = addRelation(draft, name, definition);
    const target = resolution.targetOf(draft, name, definition);
    if (target === undefined) continue;
    relation.target = target.meta as unknown as ModelMeta;
    if (relation.owning) {
      setKeys(draft, relation, definition, target, resolution);
    } else if (definition.relation === 'manyToMany') {
      relation.sourceField = draft.meta.identity;
      relation.targetField = target.meta.identity;
      relation.toKey = true;
      const made =
        definition.options.through === undefined
          ? implicitLink(draft, relation, target, definition)
          : throughLink(draft, relation, target, definition, resolution);
      if (made === undefined) continue;
      relation.link = made.link;
      if (made.link.implicit) links.push(made.draft);
    }
  }
  for (const relation of draft.meta.relations)
    if (relation.owning) relation.cleared = Object.freeze(clearedBy(relation, draft.meta.relations));
  return links;
}

/** What a foreign key goes by on both sides. */
function setKeys(
  draft: ModelDraft,
  relation: RelationDraft,
  definition: RelationDefinition,
  target: ModelDraft,
  resolution: Resolution,
): void {
  const { name } = relation;
  const where = `${draft.meta.name}.${name}`;
  const composite = draft.compositeKeys.get(name);
  if (definition.options.fields !== undefined) {
    if (composite === undefined) return;
    relation.sourceField = composite;
    relation.targetField = target.meta.identity;
    relation.toKey = true;
    if (target.meta.key.length === 1)
      resolution.report(`${where} names its fields, and ${target.meta.name} has a single key: leave out 'fields'.`);
    else checkParts(where, relation, target, resolution);
    if (relation.onDelete === 'set default' || relation.onUpdate === 'set default')
      for (const part of composite.parts) checkDefault(where, part as FieldDraft, resolution);
    return;
  }
  const field = draft.keyColumns.get(name)!;
  relation.sourceField = field;
  relation.targetField = referredField(draft, name, definition, target, resolution) ?? field;
  relation.toKey = relation.targetField === target.meta.identity;
  field.relation = relation;
  if (relation.onDelete === 'set null' && !field.nullable)
    resolution.report(`${where} has onDelete: 'set null' but is not nullable.`);
  if (relation.onDelete === 'set default' || relation.onUpdate === 'set default')
    checkDefault(where, field, resolution);
}

/** A key that the database is to set to its default: one that is the same for all rows. */
function checkDefault(where: string, field: FieldDraft, { report }: Resolution): void {
  if (typeof field.default === 'function')
    report(`${where} says 'set default', and its default is a function, which no database calls: give it a key.`);
  else if (typeof field.default === 'object' && field.default !== null)
    report(`${where} says 'set default', and its default is no text or number: leave it out, or say 'set null'.`);
  else if (field.default === undefined && !field.nullable)
    report(`${where} says 'set default', and has no default and is not nullable: give it a key as default.`);
}

/** What a model declares itself: relations that it inherits are those of its parent. */
function declared({ definition }: ModelDraft): Readonly<Record<string, unknown>> {
  return definition.subclass?.own ?? definition.fields;
}

function addRelation(draft: ModelDraft, name: string, definition: RelationDefinition): RelationDraft {
  const { meta } = draft;
  const index = (draft.definition.subclass?.firstRelation ?? 0) + meta.relations.length;
  const relation: RelationDraft = {
    model: meta as unknown as ModelMeta,
    name,
    kind: definition.relation,
    many: definition.kind === 'many',
    index,
    id: `${meta.id}r${index}`,
    owning: definition.relation === 'foreignKey' || definition.relation === 'oneToOne',
    nullable: definition.relation === 'reverseOne' || definition.options.nullable === true,
    // Set when the target is known; a draft that has none is reported and never used.
    target: meta as unknown as ModelMeta,
    sourceField: meta.fields[0]!,
    targetField: meta.fields[0]!,
    toKey: false,
    cleared: [],
    link: undefined,
    inverse: undefined,
    onDelete: definition.options.onDelete ?? 'no action',
    onUpdate: definition.options.onUpdate ?? 'no action',
    cascade: definition.options.cascade,
    fetchMode: definition.options.fetchMode,
  };
  meta.relations.push(relation);
  meta.relationByName.set(name, relation);
  return relation;
}

/** The other sides: each `reverse` finds the relation that it mirrors, and both learn of each other. */
export function pairRelations(draft: ModelDraft, resolution: Resolution): void {
  for (const [name, definition] of Object.entries(declared(draft))) {
    if (!(definition instanceof RelationDefinition) || definition.via === undefined) continue;
    const relation = draft.meta.relationByName.get(name)!;
    const target = resolution.targetOf(draft, name, definition);
    const forward = target === undefined ? undefined : findForward(draft, name, definition, target, resolution);
    if (forward === undefined) continue;
    relation.inverse = forward;
    forward.inverse = relation;
    relation.sourceField = forward.targetField;
    relation.targetField = forward.sourceField;
    relation.toKey = isIdentity(relation.targetField, target!.meta.key);
    if (forward.link !== undefined) {
      if (relation.cascade !== undefined)
        resolution.report(
          `${draft.meta.name}.${name} has a cascade, which is for the other side of a foreign key: links of many-to-many relations go with either side.`,
        );
      const { model, source, target: to, implicit } = forward.link;
      relation.kind = 'manyToMany';
      relation.link = { model, source: to, target: source, implicit };
    }
  }
}

function findForward(
  draft: ModelDraft,
  name: string,
  definition: RelationDefinition,
  target: ModelDraft,
  { report }: Resolution,
): RelationDraft | undefined {
  const where = `${draft.meta.name}.${name}`;
  const via = definition.via!;
  const owned = [...target.meta.relationByName.values()].filter(
    (relation) => relation.owning || relation.link !== undefined,
  );
  const forward = target.meta.relationByName.get(via);
  if (forward === undefined || !owned.includes(forward)) {
    report(
      `${where} is the reverse of ${target.meta.name}.${via}, which is no relation of that model. ${suggest(
        via,
        owned.filter((r) => r.target === (draft.meta as unknown)).map((r) => r.name),
      )}`,
    );
    return undefined;
  }
  if (forward.target !== (draft.meta as unknown)) {
    report(
      `${where} is the reverse of ${target.meta.name}.${via}, which refers to ${forward.target.name}, not to ${draft.meta.name}.`,
    );
    return undefined;
  }
  if (forward.inverse !== undefined) {
    report(
      `${where} and ${forward.inverse.model.name}.${forward.inverse.name} are both the reverse of ${target.meta.name}.${via}: keep one.`,
    );
    return undefined;
  }
  const single = forward.kind === 'oneToOne';
  if (single !== (definition.relation === 'reverseOne')) {
    report(
      single
        ? `${where} is the reverse of a one-to-one relation: use f.reverseOne().`
        : `${where} is the reverse of a relation to many: use f.reverse().`,
    );
    return undefined;
  }
  return forward;
}

/** Whether a key is the primary key of its model. */
function isIdentity(field: KeyMeta, key: readonly FieldMeta[]): boolean {
  const parts = partsOf(field);
  return parts.length === key.length && parts.every((part, i) => part === key[i]);
}

/** A table of the keys of both sides, together its own, for a many-to-many relation that names no model of its own. */
function implicitLink(
  draft: ModelDraft,
  relation: RelationDraft,
  target: ModelDraft,
  definition: RelationDefinition,
): { link: LinkMeta; draft: ModelDraft } | undefined {
  if (draft.meta.key.length === 0 || target.meta.key.length === 0) return undefined;
  const { schema, renamedFrom } = draft.meta;
  const { table } = definition.options;
  const link = draftModel(
    undefined,
    table === undefined
      ? definitionOfLink(linkTable(draft.meta.table, relation.name), { schema, renamedFrom, relation: relation.name })
      : definitionOfLink(table, { schema, renamedFrom: undefined, relation: relation.name }),
  );
  const self = draft === target;
  const sides = [
    [self ? 'from' : '', draft.definition.name, draft, 'source'],
    [self ? 'to' : '', target.definition.name, target, 'target'],
  ] as const;
  const [source, destination] = sides.map(([prefix, name, side, attribute]) => {
    const former = side.meta.renamedFrom;
    const { key } = side.meta;
    const parts = key.map((part): FieldDraft => {
      const end = key.length === 1 ? 'id' : part.column;
      const own = key.length === 1 ? attribute : `${attribute}_${part.name}`;
      const field = addField(link, own, [own], linkColumn(prefix, name, end), {
        type: part.type,
        generation: undefined,
        options: {
          index: key.length === 1,
          ...(former === undefined ? {} : { renamedFrom: linkColumn(prefix, former, end) }),
        },
      });
      field.primaryKey = true;
      return field;
    });
    const toSide = addRelation(
      link,
      `${attribute}Side`,
      new RelationDefinition('foreignKey', () => side.modelClass, { onDelete: 'cascade' }),
    );
    toSide.target = side.meta as unknown as ModelMeta;
    toSide.sourceField =
      parts.length === 1 ? parts[0]! : Object.freeze({ model: link.meta as unknown as ModelMeta, parts });
    toSide.targetField = side.meta.identity;
    toSide.toKey = true;
    if (parts.length === 1) parts[0]!.relation = toSide;
    return toSide.sourceField;
  });
  setKey(link, [...link.meta.fields]);
  return {
    draft: link,
    link: { model: link.meta as unknown as ModelMeta, source: source!, target: destination!, implicit: true },
  };
}

/** The link through a model of the application: its two foreign keys to the two sides. */
function throughLink(
  draft: ModelDraft,
  relation: RelationDraft,
  target: ModelDraft,
  definition: RelationDefinition,
  resolution: Resolution,
): { link: LinkMeta; draft: ModelDraft } | undefined {
  const where = `${draft.meta.name}.${relation.name}`;
  const through = resolution.targetOf(
    draft,
    relation.name,
    new RelationDefinition('foreignKey', definition.options.through),
  );
  if (through === undefined) return undefined;
  const keysTo = (side: ModelDraft): KeyMeta[] =>
    [...through.keyColumns.keys(), ...through.compositeKeys.keys()]
      .filter((name) => {
        const known = through.definition.fields[name] as RelationDefinition;
        return resolution.targetOf(through, name, known) === side;
      })
      .map((name) => keyOfRelation(through, name)!);
  const [sources, targets] = [keysTo(draft), keysTo(target)];
  const pair = draft === target ? [sources[0], sources[1]] : [sources[0], targets[0]];
  const wanted = draft === target ? 2 : 1;
  if (pair[0] === undefined || pair[1] === undefined || sources.length !== wanted || targets.length !== wanted) {
    resolution.report(
      `${where} goes through ${through.meta.name}, which needs exactly ${draft === target ? 'two foreign keys' : 'one foreign key'} to ${draft.meta.name}${draft === target ? '' : ` and one to ${target.meta.name}`}.`,
    );
    return undefined;
  }
  return {
    draft: through,
    link: { model: through.meta as unknown as ModelMeta, source: pair[0], target: pair[1], implicit: false },
  };
}
