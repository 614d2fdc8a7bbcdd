import { disjunction } from '../core/ast/expressions.ts';
import type { Expression } from '../core/ast/expressions.ts';
import type { CheckMeta, FieldMeta, ModelMeta, RelationMeta } from '../core/metadata.ts';
import { shortName } from '../utils/naming.ts';

const tables = new WeakMap<ModelMeta, ModelMeta>();

/**
 * A model as its table has it. Where subclasses share the table, it has the columns, keys and indexes of all of them; what
 * a subclass adds may be NULL there, for the rows of others.
 */
export function tableOf(meta: ModelMeta): ModelMeta {
  if (meta.inheritance === undefined) return meta;
  const { root } = meta.inheritance;
  let table = tables.get(root);
  if (table === undefined) tables.set(root, (table = sharedTable(root)));
  return table;
}

function sharedTable(root: ModelMeta): ModelMeta {
  const { columns } = root.inheritance!;
  const added = columns.slice(root.fields.length).map((field): FieldMeta => ({ ...field, nullable: true }));
  const classes = classesOf(root);
  return Object.freeze({
    ...root,
    fields: [...root.fields, ...added],
    relations: [...root.relations, ...subclassesOf(root).flatMap((meta) => ownRelations(root, meta))],
    indexes: byName(classes.flatMap(({ indexes }) => indexes)),
  });
}

/** A condition of a table, and the model in whose words it is. */
export interface TableCheck {
  readonly check: CheckMeta;
  readonly meta: ModelMeta;
}

/** The checks of all classes of a table. */
export function checksOf(meta: ModelMeta): readonly TableCheck[] {
  const all = classesOf(meta).flatMap((own) => own.checks.map((check) => ({ check, meta: own, name: check.name })));
  return byName(all);
}

/** The class of a table in whose words something of it is. */
export function classWith(meta: ModelMeta, has: (own: ModelMeta) => boolean): ModelMeta {
  return classesOf(meta).find(has) ?? meta;
}

/**
 * What a subclass requires, which the columns cannot say: `kind <> 'dog' OR breed IS NOT NULL`. Without keys that the database
 * itself may set: MySQL has no checks of these (https://dev.mysql.com/doc/refman/8.4/en/create-table-check-constraints.html).
 */
export function requiredChecks(meta: ModelMeta): readonly { readonly name: string; readonly expression: Expression }[] {
  return subclassesOf(meta).flatMap((own) => {
    const required = own.fields.slice(own.inheritance!.root.fields.length).filter(isRequired);
    if (required.length === 0) return [];
    const items = required.map((field): Expression => ({ kind: 'isNull', operand: bare(field), negated: true }));
    const whole: Expression = items.length === 1 ? items[0]! : { kind: 'and', items };
    return [
      { name: shortName(`${meta.table}_${String(own.inheritance!.value)}_required`), expression: ofClass(own, whole) },
    ];
  });
}

function isRequired({ nullable, generatedAs, relation }: FieldMeta): boolean {
  if (nullable || generatedAs !== undefined) return false;
  return relation === undefined || (QUIET.has(relation.onDelete) && QUIET.has(relation.onUpdate));
}

const QUIET = new Set<RelationMeta['onDelete']>(['no action', 'restrict']);

/** A condition that rows of other classes need not meet. */
export function ofClass({ inheritance }: ModelMeta, condition: Expression): Expression {
  if (inheritance === undefined || inheritance.root.inheritance === inheritance) return condition;
  const { discriminator, value } = inheritance;
  const label = { model: discriminator.model.name, field: discriminator.name };
  const right: Expression = { kind: 'param', value, type: discriminator.type, nullable: false, label };
  return disjunction([{ kind: 'compare', operator: 'ne', left: bare(discriminator), right }, condition]);
}

function bare({ column, type, nullable }: FieldMeta): Expression {
  return { kind: 'column', alias: '', column, type, nullable };
}

function classesOf(meta: ModelMeta): readonly ModelMeta[] {
  return meta.inheritance === undefined ? [meta] : [meta.inheritance.root, ...subclassesOf(meta)];
}

function subclassesOf({ inheritance }: ModelMeta): readonly ModelMeta[] {
  if (inheritance === undefined) return [];
  const { root } = inheritance;
  return [...root.inheritance!.variants.values()].map(({ meta }) => meta).filter((meta) => meta !== root);
}

function ownRelations(root: ModelMeta, { relations }: ModelMeta): readonly RelationMeta[] {
  return relations.slice(root.relations.length);
}

function byName<T extends { readonly name: string }>(items: readonly T[]): T[] {
  return [...new Map(items.toReversed().map((item) => [item.name, item])).values()].toReversed();
}
