import type { ForeignKeySchema, TableSchema } from '../../core/ast/schema.ts';
import { quotedText } from '../print/literals.ts';
import { camelCase, plural } from './names.ts';
import type { ModelPlan } from './plan.ts';
import { array, arrow, call, named, object } from './print.ts';
import type { Entry } from './print.ts';

/** Notes a foreign key of several columns as a relation of its model. Gives what is in its way, if something is. */
export function addComposite(
  model: ModelPlan,
  key: ForeignKeySchema,
  target: ModelPlan,
  requires: (target: ModelPlan, model: ModelPlan) => boolean,
): string | undefined {
  const { primaryKey } = target.table;
  if (primaryKey.length !== key.targets.length || !primaryKey.every((name) => key.targets.includes(name)))
    return `refers to columns of '${key.table.name}' that are not its primary key`;
  const columns = primaryKey.flatMap((name) => {
    const own = key.columns[key.targets.indexOf(name)];
    return model.table.columns.find((column) => column.name === own) ?? [];
  });
  if (columns.length < primaryKey.length) return 'is of columns that are not there';
  if (columns.some(({ generated, identity }) => generated !== undefined || identity))
    return 'is of a column whose values the database makes';
  if (key.onDelete === 'set default' || key.onUpdate === 'set default') return 'sets several columns to their defaults';
  if (model.composites.some((other) => other.columns.every((column, i) => column === columns[i])))
    return 'is of the same columns as another';
  if (
    target !== model &&
    columns.every(({ name }) => primaryKey.includes(name)) &&
    columns.some(({ name }, i) => name !== primaryKey[i])
  )
    return 'is of columns called as those that they refer to, in another order';
  const nullable = columns.some((column) => column.nullable);
  if (key.onDelete === 'set null' && !columns.every((column) => column.nullable))
    return 'sets a column to NULL that cannot be';
  if (columns.some(({ name }) => model.relations.get(name)?.column.nullable === true && !nullable))
    return 'shares a column with a relation that may be NULL';
  const unlike = columns.find(
    ({ type }, i) => type.kind !== target.table.columns.find(({ name }) => name === primaryKey[i])?.type.kind,
  );
  if (unlike !== undefined) return `has a column, '${unlike.name}', of another type than the one that it refers to`;
  if (!nullable && target !== model && requires(target, model)) return 'closes a circle of keys that are all required';
  const names = columns.map(({ name }) => name);
  model.composites.push({ key, columns, target, unique: isUniqueOver(model.table, names) });
  return undefined;
}

function isUniqueOver({ primaryKey, indexes }: TableSchema, names: readonly string[]): boolean {
  return (
    primaryKey.every((name) => names.includes(name)) ||
    indexes.some(
      ({ unique, where, parts }) =>
        unique &&
        where === undefined &&
        parts.length === names.length &&
        parts.every(({ column, descending }, i) => column === names[i] && !descending),
    )
  );
}

/** Names the relations and gives them their other sides: the columns have their names by now. */
export function writeComposites(model: ModelPlan): void {
  for (const { key, columns, target, unique } of model.composites) {
    const name = model.names.take(camelCase(target.className));
    const isIndexed = beginsIndex(
      model.table,
      columns.map((column) => column.name),
    );
    const options: Entry[] = [
      ['fields', array(columns.map((column) => quotedText(model.attributes.get(column.name)!)))],
      ...(columns.some((column) => column.nullable) ? [['nullable', 'true'] as const] : []),
      ...(key.onDelete === 'no action' ? [] : [['onDelete', quotedText(key.onDelete)] as const]),
      ...(key.onUpdate === 'no action' ? [] : [['onUpdate', quotedText(key.onUpdate)] as const]),
      ...(unique || isIndexed ? [] : [['index', 'false'] as const]),
    ];
    const lazily = arrow(named(target.className));
    model.others.push([name, call(unique ? 'f.oneToOne' : 'f.foreignKey', lazily, object(options))]);
    const wanted = unique ? camelCase(model.className) : plural(camelCase(model.className));
    const others = [...model.relations.values(), ...model.composites].filter((other) => other.target === target);
    const back = target.names.take(others.length > 1 ? camelCase(`${name}_${wanted}`) : wanted);
    const reverse = call(unique ? 'f.reverseOne' : 'f.reverse', arrow(named(model.className)), quotedText(name));
    target.others.push([back, reverse]);
  }
}

/** Whether the primary key or an index begins with these columns, so that the library makes none. */
function beginsIndex({ primaryKey, indexes }: TableSchema, names: readonly string[]): boolean {
  return (
    names.every((name, i) => primaryKey[i] === name) ||
    indexes.some(({ parts, where }) => where === undefined && names.every((name, i) => parts[i]?.column === name))
  );
}
