import { quotedText } from '../print/literals.ts';
import { fieldCode } from './fields.ts';
import { planIndexes } from './indexes.ts';
import { nameColumns, valueOf } from './plan.ts';
import type { ModelPlan } from './plan.ts';
import { array, call, comment, namesIn, object, print, template } from './print.ts';
import type { Code, Entry } from './print.ts';
import { relationCode } from './relations.ts';
import type { ViewPlan } from './views.ts';

/** A class as text. */
export interface WrittenModel {
  readonly plan: ModelPlan;
  readonly text: string;
  /** The names that it uses: of the library, of helpers, of other classes. */
  readonly names: ReadonlySet<string>;
}

/** The class of a table. `taken` and `referred` as of `planIndexes`. */
export function writeTable(plan: ModelPlan, taken: Set<string>, referred: ReadonlySet<string>): WrittenModel {
  const { table, attributes } = plan;
  const { options, indexes, constraints } = planIndexes(plan, taken, referred);
  const key = table.primaryKey.map((column) => quotedText(attributes.get(column)!));
  return written(plan, fieldsOf(plan, options), [
    ...schemaEntry(plan),
    ...(key.length === 1 ? [] : [['primaryKey', array(key)] as const]),
    ...(indexes.length === 0 ? [] : [['indexes', array(indexes)] as const]),
    ...(constraints.length === 0 ? [] : [['constraints', array(constraints)] as const]),
    ...(table.comment === undefined ? [] : [['comment', quotedText(table.comment)] as const]),
  ]);
}

/** The class of a view. */
export function writeView({ model: plan, sql }: ViewPlan): WrittenModel {
  nameColumns(plan, () => '');
  return written(plan, fieldsOf(plan, new Map()), [
    ...schemaEntry(plan),
    ['view', template(sql, 'sql', { lines: true })],
  ]);
}

function schemaEntry({ table: { schema } }: ModelPlan): Entry[] {
  return schema === undefined ? [] : [['schema', quotedText(schema)]];
}

function fieldsOf(plan: ModelPlan, options: ReadonlyMap<string, readonly Entry[]>): Entry[] {
  const { table, attributes, relations, others } = plan;
  const columns = table.columns.map((column): Entry => {
    const name = attributes.get(column.name)!;
    const relation = relations.get(column.name);
    const own = options.get(column.name) ?? [];
    if (relation === undefined) return [name, fieldCode(column, name, table.primaryKey.join() === column.name, own)];
    const { key, target } = relation;
    const toKey = target.table.primaryKey.join() === key.targets.join();
    return [name, relationCode(plan, relation, name, own, toKey ? undefined : valueOf(target, key.targets[0]!))];
  });
  return [...columns, ...others];
}

function written(plan: ModelPlan, fields: readonly Entry[], options: readonly Entry[]): WrittenModel {
  const { table, className, unsaid } = plan;
  const args: Code[] = [
    quotedText(table.name),
    object(fields, true),
    ...(options.length === 0 ? [] : [object(options)]),
  ];
  const code = call('model', ...args);
  const head = `export class ${className} extends `;
  const notes = unsaid.map((text) => `${comment(`Not said here: ${text}`)}\n`).join('');
  return {
    plan,
    text: `${notes}${head}${print(code, '', head.length, ' {}'.length)} {}\n`,
    names: new Set(namesIn(code)),
  };
}
