import { suggest } from '../../utils/naming.ts';
import { RelationDefinition } from '../definitions.ts';
import type { LinkMeta, ModelMeta } from '../metadata.ts';
import { definitionOfLink, linkColumn, linkTable } from './link.ts';
import { addField, draftModel } from './draft.ts';
import type { FieldDraft, ModelDraft, RelationDraft, Resolution } from './draft.ts';
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
      const field = draft.keyColumns.get(name)!;
      relation.sourceField = field;
      relation.targetField = referredField(draft, name, definition, target, resolution) ?? field;
      field.relation = relation;
      if (relation.onDelete === 'set null' && !field.nullable) {
        resolution.report(`${draft.meta.name}.${name} has onDelete: 'set null' but is not nullable.`);
      }
      if (relation.onDelete === 'set default' || relation.onUpdate === 'set default')
        checkDefault(`${draft.meta.name}.${name}`, field, resolution);
    } else if (definition.relation === 'manyToMany') {
      const made =
        definition.options.through === undefined
          ? implicitLink(draft, relation, target, definition)
          : throughLink(draft, relation, target, definition, resolution);
      if (made === undefined) continue;
      relation.link = made.link;
      if (made.link.implicit) links.push(made.draft);
      setKeySides(draft, relation, target, resolution);
    }
  }
  return links;
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
    relation.sourceField = forward.targetField as FieldDraft;
    relation.targetField = forward.sourceField as FieldDraft;
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

/** A table of two columns, both the key, for a many-to-many relation that names no model of its own. */
function implicitLink(
  draft: ModelDraft,
  relation: RelationDraft,
  target: ModelDraft,
  definition: RelationDefinition,
): { link: LinkMeta; draft: ModelDraft } | undefined {
  const [from, to] = [draft.meta.key[0], target.meta.key[0]];
  if (from === undefined || to === undefined) return undefined;
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
    [self ? 'from' : '', draft.definition.name, draft, from, 'source'],
    [self ? 'to' : '', target.definition.name, target, to, 'target'],
  ] as const;
  const [source, destination] = sides.map(([prefix, name, side, key, attribute]) => {
    const former = side.meta.renamedFrom;
    const field = addField(link, attribute, [attribute], linkColumn(prefix, name), {
      type: key.type,
      generation: undefined,
      options: { index: true, ...(former === undefined ? {} : { renamedFrom: linkColumn(prefix, former) }) },
    });
    field.primaryKey = true;
    const toSide = addRelation(
      link,
      `${attribute}Side`,
      new RelationDefinition('foreignKey', () => side.modelClass, { onDelete: 'cascade' }),
    );
    toSide.target = side.meta as unknown as ModelMeta;
    toSide.sourceField = field;
    toSide.targetField = key;
    field.relation = toSide;
    return field;
  });
  link.meta.key = [source!, destination!];
  link.meta.keyIndexes = [0, 1];
  link.meta.primaryKey = ['source', 'target'];
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
  const keysTo = (side: ModelDraft): FieldDraft[] =>
    [...through.keyColumns]
      .filter(
        ([name]) => resolution.targetOf(through, name, through.definition.fields[name] as RelationDefinition) === side,
      )
      .map(([, field]) => field);
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

/** A many-to-many relation goes from key to key. */
function setKeySides(draft: ModelDraft, relation: RelationDraft, target: ModelDraft, { report }: Resolution): void {
  for (const side of [draft, target]) {
    if (side.meta.key.length > 1)
      report(
        `${draft.meta.name}.${relation.name}: ${side.meta.name} has a composite key, which a many-to-many relation cannot refer to.`,
      );
  }
  relation.sourceField = draft.meta.key[0] ?? relation.sourceField;
  relation.targetField = target.meta.key[0] ?? relation.targetField;
}
