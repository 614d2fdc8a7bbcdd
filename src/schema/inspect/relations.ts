import type { ColumnSchema, ForeignKeySchema, TableSchema } from '../../core/ast/schema.ts';
import type { ValueType } from '../../core/value-types.ts';
import { shortName, snakeCase } from '../../utils/naming.ts';
import { keyOf } from '../creation-order.ts';
import { quotedText } from '../print/literals.ts';
import { addComposite, writeComposites } from './composites.ts';
import { camelCase, plural, relationNameOf } from './names.ts';
import { isUnique, nameColumns } from './plan.ts';
import type { ModelPlan, ToOnePlan } from './plan.ts';
import { arrow, call, named, object } from './print.ts';
import type { Code, Entry } from './print.ts';

/** Finds relations in foreign keys, names all columns, and gives relations their other sides. The models that are to be written. */
export function planRelations(models: readonly ModelPlan[]): ModelPlan[] {
  const byTable = new Map(models.map((model) => [keyOf(model.table), model]));
  for (const model of models)
    // Those of several columns last, when it is known which of these are keys of their own.
    for (const key of inOrder(model.table).toSorted(
      (a, b) => Number(a.columns.length > 1) - Number(b.columns.length > 1),
    )) {
      const problem = addRelation(model, key, byTable);
      if (problem !== undefined) model.unsaid.push(`The foreign key (${key.columns.join(', ')}) ${problem}.`);
    }
  const links = models.flatMap((model) => linkIn(model) ?? []);
  const written = models.filter((model) => !links.some((link) => link.isImplicit && link.model === model));
  for (const model of written) nameColumns(model, nameOfRelation);
  for (const link of links) addManyToMany(link);
  for (const model of written) if (!links.some((link) => link.model === model)) addReverses(model);
  for (const model of written) writeComposites(model);
  return written;
}

/** Foreign keys in the order of their columns: their names are none of the model's. */
function inOrder({ columns, foreignKeys }: TableSchema): ForeignKeySchema[] {
  const position = (key: ForeignKeySchema): number => columns.findIndex(({ name }) => name === key.columns[0]);
  return foreignKeys.toSorted((a, b) => position(a) - position(b));
}

function nameOfRelation({ column, target }: ToOnePlan): string {
  return relationNameOf(column.name) ?? camelCase(target.className);
}

/** A foreign key as a relation of its model; what is in its way, if something is. */
function addRelation(
  model: ModelPlan,
  key: ForeignKeySchema,
  byTable: ReadonlyMap<string, ModelPlan>,
): string | undefined {
  const target = byTable.get(keyOf(key.table));
  if (target === undefined) return `refers to '${key.table.name}', which is no model here`;
  if (key.columns.length > 1) return addComposite(model, key, target, requires);
  const column = model.table.columns.find(({ name }) => name === key.columns[0]);
  const referred = target.table.columns.find(({ name }) => name === key.targets[0]);
  if (column === undefined || referred === undefined) return 'is of columns that are not there';
  if (model.relations.has(column.name)) return 'is the second one of its column';
  if (!isUnique(target.table, referred.name)) return `refers to the column '${referred.name}', which is not unique`;
  if (column.generated !== undefined || column.identity) return 'is of a column whose values the database makes';
  if (key.onDelete === 'set null' && !column.nullable) return 'sets a column to NULL that cannot be';
  if (!column.nullable && target !== model && requires(target, model))
    return 'closes a circle of keys that are all required';
  const given = keyDefault(column, key);
  if (setsDefault(key) && given === undefined && (column.default !== undefined || !column.nullable))
    return 'sets a column to a default that is no key';
  model.relations.set(column.name, { key, column, target, unique: isUnique(model.table, column.name) });
  if (given === undefined && column.default !== undefined && column.default !== null)
    model.unsaid.push(
      `The column '${column.name}' has the default ${String(column.default)}, which a relation has not.`,
    );
  if (!sameType(column.type, referred.type))
    model.unsaid.push(`The column '${column.name}' has not the type of the column that it refers to.`);
  return undefined;
}

function setsDefault({ onDelete, onUpdate }: ForeignKeySchema): boolean {
  return onDelete === 'set default' || onUpdate === 'set default';
}

/** The key that the database sets, as code: a number, or a text without its quotes in SQL. */
function keyDefault({ default: given, type }: ColumnSchema, key: ForeignKeySchema): string | undefined {
  if (!setsDefault(key)) return undefined;
  if (typeof given === 'number') return type.kind === 'bigint' ? undefined : String(given);
  return typeof given === 'string' && /^'(?:[^']|'')*'$/.test(given)
    ? quotedText(given.slice(1, -1).replaceAll("''", "'"))
    : undefined;
}

/** Whether no row of a model can be without one of the other. */
function requires(model: ModelPlan, other: ModelPlan, seen = new Set<ModelPlan>()): boolean {
  if (model === other) return true;
  if (seen.has(model)) return false;
  seen.add(model);
  return (
    [...model.relations.values()].some(({ column, target }) => !column.nullable && requires(target, other, seen)) ||
    model.composites.some(
      ({ columns, target }) => columns.every((column) => !column.nullable) && requires(target, other, seen),
    )
  );
}

function sameType(a: ValueType, b: ValueType): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** A table whose key is two foreign keys. */
interface Link {
  readonly model: ModelPlan;
  readonly from: ToOnePlan;
  readonly to: ToOnePlan;
  /** Whether a relation that names no model makes the very same table. */
  readonly isImplicit: boolean;
}

function linkIn(model: ModelPlan): Link | undefined {
  const { primaryKey, columns } = model.table;
  const [from, to] = primaryKey.map((column) => model.relations.get(column));
  if (primaryKey.length !== 2 || from === undefined || to === undefined) return undefined;
  const optional = columns.every(
    (column) =>
      primaryKey.includes(column.name) ||
      column.nullable ||
      column.default !== undefined ||
      column.generated !== undefined,
  );
  const toKeys = [from, to].every(({ key, target }) => target.table.primaryKey.join() === key.targets.join());
  const others = [...model.relations.values()].filter((relation) => relation !== from && relation !== to);
  const clear = others.every(({ target }) => target !== from.target && target !== to.target);
  return optional && toKeys && clear ? { model, from, to, isImplicit: isImplicit(model.table, from, to) } : undefined;
}

/** Whether a table is what the library makes for a many-to-many relation without a model of its own. */
function isImplicit(table: TableSchema, from: ToOnePlan, to: ToOnePlan): boolean {
  const self = from.target === to.target;
  const usual = (side: ToOnePlan, prefix: string): boolean =>
    side.column.name ===
    [self ? prefix : '', snakeCase(side.target.table.name), 'id'].filter((part) => part !== '').join('_');
  const plain = ({ key, column }: ToOnePlan): boolean =>
    key.onDelete === 'cascade' &&
    key.onUpdate === 'no action' &&
    column.comment === undefined &&
    column.default === undefined;
  const [index] = table.indexes;
  return (
    table.columns.length === 2 &&
    table.comment === undefined &&
    table.checks.length === 0 &&
    table.schema === from.target.table.schema &&
    [from, to].every(plain) &&
    usual(from, 'from') &&
    usual(to, 'to') &&
    table.indexes.length === 1 &&
    index!.name === shortName(`${table.name}_${to.column.name}_idx`) &&
    !index!.unique &&
    index!.where === undefined &&
    index!.parts.length === 1 &&
    index!.parts[0]!.column === to.column.name
  );
}

/** A collection on the side of the first key, and its other side. */
function addManyToMany({ model, from, to, isImplicit: implicit }: Link): void {
  const [source, target] = [from.target, to.target];
  const name = source.names.take(plural(camelCase(target.className)));
  const options: Entry = implicit ? ['table', quotedText(model.table.name)] : ['through', lazily(model)];
  source.others.push([name, call('f.manyToMany', lazily(target), object([options]))]);
  if (source === target) return;
  const reverse = target.names.take(plural(camelCase(source.className)));
  target.others.push([reverse, call('f.reverse', lazily(source), quotedText(name))]);
}

/** The other sides of a model's relations. */
function addReverses(model: ModelPlan): void {
  const all = [...model.relations];
  for (const [column, { target, unique }] of all) {
    const relation = model.attributes.get(column)!;
    const several = all.filter(([, other]) => other.target === target).length > 1;
    const wanted = unique ? camelCase(model.className) : plural(camelCase(model.className));
    const name = target.names.take(several ? camelCase(`${relation}_${wanted}`) : wanted);
    target.others.push([name, call(unique ? 'f.reverseOne' : 'f.reverse', lazily(model), quotedText(relation))]);
  }
}

/** Lazily, since classes come in any order. */
function lazily({ className }: ModelPlan): Code {
  return arrow(named(className));
}

/** `f.foreignKey(() => Artist, { … })`, with what its column has. */
export function relationCode(
  model: ModelPlan,
  relation: ToOnePlan,
  name: string,
  options: readonly Entry[],
  to: string | undefined,
): Code {
  const { key, column, target, unique } = relation;
  const given = keyDefault(column, key);
  const entries: Entry[] = [
    ...(to === undefined ? [] : [['to', quotedText(to)] as const]),
    ...(model.table.primaryKey.join() === column.name ? [['primaryKey', 'true'] as const] : []),
    ...(column.nullable ? [['nullable', 'true'] as const] : []),
    ...(given === undefined ? [] : [['default', given] as const]),
    ...(key.onDelete === 'no action' ? [] : [['onDelete', quotedText(key.onDelete)] as const]),
    ...(key.onUpdate === 'no action' ? [] : [['onUpdate', quotedText(key.onUpdate)] as const]),
    ...(`${snakeCase(name)}_id` === column.name ? [] : [['column', quotedText(column.name)] as const]),
    ...options,
    ...(column.comment === undefined ? [] : [['comment', quotedText(column.comment)] as const]),
  ];
  return call(
    unique ? 'f.oneToOne' : 'f.foreignKey',
    lazily(target),
    ...(entries.length === 0 ? [] : [object(entries)]),
  );
}
