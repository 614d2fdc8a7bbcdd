import { snakeCase, suggest } from '../../utils/naming.ts';
import { ColumnDefinition, EmbeddedDefinition, RelationDefinition } from '../definitions.ts';
import type { ColumnOptions } from '../definitions.ts';
import { isWritable } from '../names.ts';
import { problemWith } from '../value-types.ts';
import { nameKeyFields } from './composite.ts';
import { addField, setKey } from './draft.ts';
import type { FieldDraft, ModelDraft, Resolution } from './draft.ts';

/** Names that instances need for themselves. */
const RESERVED = new Set(['pk', 'load', 'toJSON', 'constructor', 'prototype', '__proto__']);

/** Columns of a model, in the order of its definition; the key columns of relations get their types afterwards. */
export function resolveFields(draft: ModelDraft, resolution: Resolution): void {
  const { meta, definition } = draft;
  for (const [name, field] of Object.entries(definition.fields)) {
    if (name === '') resolution.report(`${meta.name} has a field without a name.`);
    else if (RESERVED.has(name) || name in Object.prototype) {
      resolution.report(
        `${meta.name}.${name} clashes with a member that every model has: rename it, and keep its column with { column: '${snakeCase(name)}' }.`,
      );
    } else if (field instanceof ColumnDefinition) {
      checkDefault(addField(draft, name, [name], field.options.column ?? snakeCase(name), field), resolution);
    } else if (field instanceof EmbeddedDefinition) {
      addEmbedded(draft, name, field, resolution);
    } else if (field instanceof RelationDefinition) {
      const owning = field.relation === 'foreignKey' || field.relation === 'oneToOne';
      if (owning && field.options.fields === undefined) addKeyColumn(draft, name, field);
    } else {
      resolution.report(`${meta.name}.${name} is not a field: make it with f, as in f.string().`);
    }
  }
  resolveKey(draft, resolution);
  nameKeyFields(draft, resolution);
  checkNames(draft, resolution);
  const versions = meta.fields.filter((field) => field.generation === 'version');
  meta.version = versions[0];
  if (versions.length > 1) resolution.report(`${meta.name} has ${versions.length} version fields: keep one.`);
}

/** A default that is a value is as much a value as any other. */
function checkDefault({ model, name, type, nullable, default: value }: FieldDraft, { report }: Resolution): void {
  if (value === undefined || typeof value === 'function' || (value === null && nullable)) return;
  const problem = problemWith(type, value);
  if (problem !== undefined) report(`${model.name}.${name} has a default that it cannot hold: it ${problem}.`);
}

function addEmbedded(draft: ModelDraft, name: string, embedded: EmbeddedDefinition, resolution: Resolution): void {
  const prefix = embedded.prefix ?? `${snakeCase(name)}_`;
  const fields: FieldDraft[] = [];
  for (const [part, column] of Object.entries(embedded.fields)) {
    if (part === '' || part === '__proto__' || part in Object.prototype) {
      resolution.report(`${draft.meta.name}.${name}.${part} clashes with a member that every object has: rename it.`);
      continue;
    }
    if (!(column instanceof ColumnDefinition)) {
      resolution.report(
        `${draft.meta.name}.${name}.${part} must be a column: an embedded value holds no relations, and none of its own kind unless { as: 'json' }.`,
      );
      continue;
    }
    const options: ColumnOptions = embedded.nullable ? { ...column.options, nullable: true } : column.options;
    const columnName = `${prefix}${column.options.column ?? snakeCase(part)}`;
    fields.push(
      addField(draft, `${name}.${part}`, [name, part], columnName, {
        type: column.type,
        options,
        generation: column.generation,
      }),
    );
  }
  draft.meta.embeddedByName.set(name, { name, nullable: embedded.nullable, fields });
}

function addKeyColumn(draft: ModelDraft, name: string, relation: RelationDefinition): void {
  const { options } = relation;
  const field = addField(draft, `${name}Id`, [`${name}Id`], options.column ?? `${snakeCase(name)}_id`, {
    // The type is the target's, known once all models have their columns.
    type: { kind: 'int' },
    generation: undefined,
    options: {
      ...(options.nullable === undefined ? {} : { nullable: options.nullable }),
      ...(options.comment === undefined ? {} : { comment: options.comment }),
      ...(options.renamedFrom === undefined ? {} : { renamedFrom: options.renamedFrom }),
      ...(options.primaryKey === undefined ? {} : { primaryKey: options.primaryKey }),
      ...(options.default === undefined ? {} : { default: options.default }),
      // A key is unique by itself.
      unique: options.unique === true || (relation.relation === 'oneToOne' && options.primaryKey !== true),
      // A foreign key is looked up from the other side: PostgreSQL and SQLite make no index by themselves.
      index: options.index ?? true,
    },
  });
  draft.keyColumns.set(name, field);
}

function resolveKey(draft: ModelDraft, { report }: Resolution): void {
  const { meta, definition } = draft;
  const named = definition.options.primaryKey;
  const flagged = meta.fields.filter((field) => field.primaryKey);
  if (named === undefined) {
    if (flagged.length === 1) meta.key = flagged;
    else if (flagged.length === 0)
      report(
        definition.options.view === undefined
          ? `${meta.name} has no primary key: add id: f.auto(), or name its fields with { primaryKey: [...] }.`
          : `${meta.name} is a view without a key, by which the session could tell its rows apart: name the fields of one with { primaryKey: [...] }.`,
      );
    else
      report(
        `${meta.name} has ${flagged.length} fields with primaryKey: true: for a composite key name them in the options, { primaryKey: [...] }.`,
      );
  } else {
    const fields = named.map((name) => draft.keyColumns.get(name) ?? meta.fieldByName.get(name));
    named.forEach((name, i) => {
      if (fields[i] === undefined)
        report(
          `${meta.name}: the primary key names '${name}', which is no field. ${suggest(name, [...draft.keyColumns.keys(), ...meta.fieldByName.keys()])}`,
        );
    });
    meta.key = fields.filter((field) => field !== undefined);
    for (const field of meta.key as FieldDraft[]) field.primaryKey = true;
    if (named.length === 0 || flagged.some((field) => !meta.key.includes(field)))
      report(`${meta.name}: { primaryKey: [...] } must name every field of the key.`);
  }
  for (const field of meta.key)
    if (field.nullable) report(`${meta.name}.${field.name} is part of the primary key and cannot be nullable.`);
  for (const { name, type } of meta.key)
    if (type.kind === 'json' || type.kind === 'array')
      report(`${meta.name}.${name} cannot be a key: of JSON and arrays there are many forms of the same value.`);
  setKey(draft, meta.key as FieldDraft[]);
}

function checkNames(draft: ModelDraft, { report }: Resolution): void {
  const { meta, definition } = draft;
  for (const name of draft.keyColumns.keys()) {
    if (`${name}Id` in definition.fields)
      report(
        `${meta.name}.${name}Id is the key value of the relation '${name}': remove the field of that name, or rename the relation.`,
      );
  }
  const columns = new Map<string, string>();
  if (!isWritable(meta.table)) report(`${meta.name} has a table whose name no database takes: give it another one.`);
  for (const field of meta.fields) {
    if (!isWritable(field.column))
      report(
        `${meta.name}.${field.name} has a column whose name no database takes: give it another one with { column: … }.`,
      );
    const other = columns.get(field.column.toLowerCase());
    if (other !== undefined)
      report(
        `${meta.name}.${other} and ${meta.name}.${field.name} share the column '${field.column}': give one another name with { column: … }.`,
      );
    columns.set(field.column.toLowerCase(), field.name);
  }
}

/** Give each key column the type of the column that it refers to, however long the chain. */
export function resolveKeyTypes(drafts: readonly ModelDraft[], resolution: Resolution): void {
  const done = new Set<FieldDraft>();
  const resolveType = (draft: ModelDraft, name: string, trail: readonly FieldDraft[]): void => {
    const field = draft.keyColumns.get(name)!;
    const relation = draft.definition.fields[name] as RelationDefinition;
    if (done.has(field)) return;
    if (trail.includes(field)) {
      resolution.report(
        `${draft.meta.name}.${name} is a key that refers to itself through ${trail.map((f) => `${f.model.name}.${f.name}`).join(' → ')}.`,
      );
      return;
    }
    const target = resolution.targetOf(draft, name, relation);
    const referred = target === undefined ? undefined : referredField(draft, name, relation, target, resolution);
    if (target !== undefined && referred !== undefined) {
      const inner = [...target.keyColumns].find(([, column]) => column === referred)?.[0];
      if (inner !== undefined) resolveType(target, inner, [...trail, field]);
      field.type = referred.type;
    }
    done.add(field);
  };
  for (const draft of drafts) for (const name of draft.keyColumns.keys()) resolveType(draft, name, []);
}

/** The column of the target that a foreign key refers to. */
export function referredField(
  draft: ModelDraft,
  name: string,
  relation: RelationDefinition,
  target: ModelDraft,
  { report }: Resolution,
): FieldDraft | undefined {
  const where = `${draft.meta.name}.${name}`;
  const { to } = relation.options;
  if (to !== undefined) {
    const field = target.keyColumns.get(to) ?? target.meta.fieldByName.get(to);
    if (field === undefined)
      report(
        `${where} refers to ${target.meta.name}.${to}, which is no field. ${suggest(to, target.meta.fieldByName.keys())}`,
      );
    else if (!field.unique && !(field.primaryKey && target.meta.key.length === 1))
      report(`${where} refers to ${target.meta.name}.${to}, which is not unique: add unique: true there.`);
    return field;
  }
  if (target.meta.key.length > 1)
    report(
      `${where} refers to ${target.meta.name}, whose key has ${target.meta.key.length} columns: declare a field for each, and name them in that order, { fields: [${target.meta.key.map((field) => `'${field.name}'`).join(', ')}] }; or name one unique column with { to: … }.`,
    );
  return target.meta.key[0] as FieldDraft | undefined;
}
