import type { Expression } from '../../core/ast/expressions.ts';
import type { IndexSchema, TableSchema } from '../../core/ast/schema.ts';
import { MAX_NAME_BYTES, shortName } from '../../utils/naming.ts';
import { quotedText } from '../print/literals.ts';
import type { ModelPlan } from './plan.ts';
import { arrow, call, object, template } from './print.ts';
import type { Code, Entry } from './print.ts';

/** Where each index and check of a table is said: by an option of a field, or among those of the model. */
export interface PlannedIndexes {
  /** Options of fields, by columns. */
  readonly options: ReadonlyMap<string, readonly Entry[]>;
  readonly indexes: readonly Code[];
  readonly constraints: readonly Code[];
}

/**
 * @param taken Names of indexes that are given already: on most databases two tables cannot have one of the same name.
 * @param referred Columns that foreign keys refer to.
 */
export function planIndexes(model: ModelPlan, taken: Set<string>, referred: ReadonlySet<string>): PlannedIndexes {
  const { table } = model;
  const sayable = table.indexes.flatMap((index) => {
    const problem = problemOf(index);
    if (problem === undefined) return withOwnName(model, index, taken);
    model.unsaid.push(`The index '${index.name}' ${problem}.`);
    return [];
  });
  const unique = sayable.filter((index) => isFieldUnique(model, index));
  const candidates = sayable.filter((index) => isOwn(table, index, 'idx'));
  const declared = sayable.filter((index) => !unique.includes(index) && !candidates.includes(index));
  // An index of a field alone is not made where another one begins with it: then it is declared, too.
  const implicit = candidates.filter((index) => {
    const column = index.parts[0]!.column!;
    return !leads(table, declared, column) && !unique.some((other) => other.parts[0]!.column === column);
  });
  const own = sayable.filter(
    (index) => declared.includes(index) || (candidates.includes(index) && !implicit.includes(index)),
  );
  return {
    options: optionsOf(model, unique, implicit, own, referred),
    indexes: own.filter((index) => !isConstraint(index)).map((index) => indexCode(model, index)),
    constraints: [
      ...own.filter(isConstraint).map((index) => uniqueCode(model, index)),
      ...table.checks.flatMap((check) => checkCode(model, check.name, check.condition)),
    ],
  };
}

function problemOf(index: IndexSchema): string | undefined {
  if (index.parts.some(({ expression }) => expression !== undefined && textOf(expression) === undefined))
    return 'is over values that are computed';
  if (index.name === '' || Buffer.byteLength(index.name) > MAX_NAME_BYTES)
    return 'has a name that not every database takes';
  if (index.where !== undefined && textOf(index.where) === undefined) return 'has a condition that is no text';
  return undefined;
}

/** On MySQL and MariaDB two tables have indexes of one name, which models have not: then it gets the name that the library would give. */
function withOwnName({ table, unsaid }: ModelPlan, index: IndexSchema, taken: Set<string>): IndexSchema {
  const isFree = (name: string): boolean => !taken.has(JSON.stringify([table.schema, name.toLowerCase()]));
  let { name } = index;
  for (let i = 1; !isFree(name); i++) name = shortName(`${usualName(table, index)}${i === 1 ? '' : `_${i}`}`);
  taken.add(JSON.stringify([table.schema, name.toLowerCase()]));
  if (name === index.name) return index;
  unsaid.push(
    `The index '${index.name}' has the name of another, and is called '${name}' in the model: rename it in the database, too.`,
  );
  return { ...index, name };
}

function usualName({ name }: TableSchema, { parts, unique }: IndexSchema): string {
  return shortName([name, ...parts.flatMap(({ column }) => column ?? []), unique ? 'key' : 'idx'].join('_'));
}

/** Whether it is one column, and called as the library would call it. */
function isOwn(
  { name: table }: TableSchema,
  { name, parts, unique, where, fullText }: IndexSchema,
  suffix: 'key' | 'idx',
): boolean {
  return (
    parts.length === 1 &&
    parts[0]!.column !== undefined &&
    !parts[0]!.descending &&
    where === undefined &&
    fullText === undefined &&
    unique === (suffix === 'key') &&
    name === shortName(`${table}_${parts[0]!.column!}_${suffix}`)
  );
}

/** `unique: true`, or a relation that is one to one. */
function isFieldUnique({ table, relations }: ModelPlan, index: IndexSchema): boolean {
  const { column } = index.parts[0]!;
  const isKey = table.primaryKey.join() === column;
  return isOwn(table, index, 'key') && !(isKey && relations.has(column!));
}

function isConstraint({ unique, where, parts }: IndexSchema): boolean {
  return unique && where === undefined && parts.every(({ column, descending }) => column !== undefined && !descending);
}

/** Whether the key or an index of all rows begins with a column. */
function leads({ primaryKey }: TableSchema, indexes: readonly IndexSchema[], column: string): boolean {
  return (
    primaryKey[0] === column || indexes.some(({ parts, where }) => where === undefined && parts[0]!.column === column)
  );
}

function optionsOf(
  { table, relations }: ModelPlan,
  unique: readonly IndexSchema[],
  implicit: readonly IndexSchema[],
  own: readonly IndexSchema[],
  referred: ReadonlySet<string>,
): Map<string, Entry[]> {
  const has = (indexes: readonly IndexSchema[], column: string): boolean =>
    indexes.some(({ parts }) => parts[0]!.column === column);
  return new Map(
    table.columns.map(({ name }): [string, Entry[]] => {
      const relation = relations.get(name);
      if (relation !== undefined) {
        const bare = !relation.unique && !has(implicit, name) && !leads(table, own, name);
        return [name, bare ? [['index', 'false']] : []];
      }
      const isKey = table.primaryKey.join() === name;
      if (has(unique, name) || (referred.has(name) && !isKey)) return [name, [['unique', 'true']]];
      return [name, has(implicit, name) ? [['index', 'true']] : []];
    }),
  );
}

/** The name, where the library would give another one. */
function nameOption(table: TableSchema, index: IndexSchema): Entry[] {
  const { name, parts } = index;
  const isUsual = name === usualName(table, index) && parts.every(({ column }) => column !== undefined);
  return isUsual ? [] : [['name', quotedText(name)]];
}

/** Attributes, `-` for descending; computed values as callbacks. */
function partsOf({ attributes }: ModelPlan, { parts }: IndexSchema): Code[] {
  return parts.map(({ column, expression, descending }) => {
    if (column !== undefined) return quotedText(`${descending ? '-' : ''}${attributes.get(column)!}`);
    return arrow(template(textOf(expression)!, 'sql', { after: descending ? '.desc()' : '' }));
  });
}

function indexCode(model: ModelPlan, index: IndexSchema): Code {
  const { unique, where, fullText } = index;
  const entries: Entry[] = [
    ...nameOption(model.table, index),
    ...(unique ? [['unique', 'true'] as const] : []),
    ...(fullText === undefined ? [] : [['fullText', fullText === 'simple' ? 'true' : quotedText(fullText)] as const]),
    ...(where === undefined ? [] : [['where', condition(textOf(where)!)] as const]),
  ];
  return call('index', ...partsOf(model, index), ...(entries.length === 0 ? [] : [object(entries)]));
}

function uniqueCode(model: ModelPlan, index: IndexSchema): Code {
  const entries = nameOption(model.table, index);
  return call('unique', ...partsOf(model, index), ...(entries.length === 0 ? [] : [object(entries)]));
}

function checkCode(model: ModelPlan, name: string, expression: Expression): Code[] {
  const text = textOf(expression);
  if (text !== undefined && name !== '' && Buffer.byteLength(name) <= MAX_NAME_BYTES)
    return [call('check', quotedText(name), condition(text))];
  model.unsaid.push(`The check '${name}' is none that a model can say.`);
  return [];
}

function condition(sql: string): Code {
  return arrow(template(sql, 'sql<boolean>'));
}

/** The text of a condition that a database told. */
function textOf(expression: Expression): string | undefined {
  if (expression.kind !== 'raw') return undefined;
  const [part, more] = expression.parts;
  return part?.kind === 'text' && more === undefined ? part.text : undefined;
}
