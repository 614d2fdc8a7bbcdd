import type { Schema } from '../../core/ast/schema.ts';
import type { IntrospectedSchema } from '../introspect/source.ts';
import { HELPERS } from './helpers.ts';
import type { Helper } from './helpers.ts';
import { Names } from './names.ts';
import { planModels } from './plan.ts';
import type { ModelPlan } from './plan.ts';
import { comment, WIDTH } from './print.ts';
import { planRelations } from './relations.ts';
import { planViews } from './views.ts';
import { writeTable, writeView } from './write.ts';
import type { WrittenModel } from './write.ts';

/** How models are written. */
export interface InspectOptions {
  /** One file for all models, which is the default, or one for each. */
  readonly files?: 'one' | 'each';
  /** What imports of the other files end in; `.js` by default, which TypeScript reads as `.ts`. */
  readonly extension?: '.js' | '.ts' | '';
}

/** A file of TypeScript; its name has no folder. */
export interface SourceFile {
  readonly name: string;
  readonly text: string;
}

/** Models as source, and what they could not say. */
export interface Inspected {
  readonly files: readonly SourceFile[];
  /** One for each thing of the database that is in no model; those of a table stand in its file as well. */
  readonly warnings: readonly string[];
}

/**
 * Models of a schema as source: `models.ts`, or a file for each with an `index.ts`. It compiles, and is formatted; whatever the
 * database calls its things is in quotes.
 *
 * @example
 * ```ts ignore
 * const { files, warnings } = inspect(await introspect({ executor, connection, dialect }));
 * ```
 */
export function inspect(schema: Schema | IntrospectedSchema, options: InspectOptions = {}): Inspected {
  const warnings: string[] = [];
  const warn = (text: string): void => void warnings.push(text);
  const classes = Names.ofClasses();
  const found = planModels(schema.tables, classes, warn);
  const plans = planRelations(found);
  const views = planViews('notes' in schema ? schema.views : [], classes, warn);
  const taken = new Set<string>();
  const notes = 'notes' in schema ? schema.notes : [];
  for (const { table, text } of notes) {
    const plan = found.find((one) => one.table.name === table);
    if (plan === undefined) warn(`${table}: ${text}`);
    else plan.unsaid.push(text);
  }
  const models = [
    ...plans.map((plan) => writeTable(plan, taken, referredIn(plans, plan.table.name))),
    ...views.map(writeView),
  ];
  const { files = 'one', extension = '.js' } = options;
  return {
    files: files === 'one' ? [oneFile(models, warnings)] : fileEach(models, warnings, extension),
    warnings: [...warnings, ...together(found)],
  };
}

/** What is unsaid, each thing once, with the names of all tables that have it. */
function together(plans: readonly ModelPlan[]): string[] {
  const tables = new Map<string, string[]>();
  for (const { table, unsaid } of plans)
    for (const text of new Set(unsaid)) tables.set(text, [...(tables.get(text) ?? []), table.name]);
  return [...tables].map(([text, names]) => `${names.join(', ')}: ${text}`);
}

/** The columns of a table that foreign keys refer to one by one. */
function referredIn(plans: readonly { readonly table: Schema['tables'][number] }[], name: string): Set<string> {
  return new Set(
    plans.flatMap(({ table }) =>
      table.foreignKeys
        .filter((key) => key.table.name === name && key.targets.length === 1)
        .flatMap(({ targets }) => targets),
    ),
  );
}

/** Names of the library, in the order in which they are imported. */
const LIBRARY = ['check', 'f', 'index', 'model', 'sql', 'unique'];

function importOf(names: ReadonlySet<string>): string {
  return `import { ${LIBRARY.filter((name) => names.has(name)).join(', ')} } from 'blazeorm';\n`;
}

function helpersOf(names: ReadonlySet<string>): string[] {
  return (Object.keys(HELPERS) as Helper[]).filter((name) => names.has(name)).map((name) => HELPERS[name]);
}

function oneFile(models: readonly WrittenModel[], warnings: readonly string[]): SourceFile {
  const names = new Set(models.flatMap((model) => [...model.names]));
  const head = models.length === 0 ? [] : [importOf(names)];
  return {
    name: 'models.ts',
    text: [
      ...head,
      ...helpersOf(names),
      ...commentsOf(warnings),
      ...models.map(({ text }) => text),
      listOf(models),
    ].join('\n'),
  };
}

/** What is no model, as one block. */
function commentsOf(warnings: readonly string[]): string[] {
  return warnings.length === 0 ? [] : [warnings.map((text) => `${comment(text)}\n`).join('')];
}

/** A list of classes as oxfmt writes it. */
function listOf(models: readonly WrittenModel[]): string {
  const names = models.map(({ plan }) => plan.className);
  const line = `[${names.join(', ')}]`;
  const list =
    `export const models = ${line};`.length <= WIDTH ? line : `[\n${names.map((name) => `  ${name},\n`).join('')}]`;
  return `/** All of them, as \`Database.connect()\` takes them. */\nexport const models = ${list};\n`;
}

function fileEach(models: readonly WrittenModel[], warnings: readonly string[], extension: string): SourceFile[] {
  const names = fileNames(models);
  const importOfClass = ({ plan: { className } }: WrittenModel): string =>
    `import { ${className} } from './${names.get(className)!}${extension}';\n`;
  const files = models.map((model): SourceFile => {
    const others = models.filter((other) => other !== model && model.names.has(other.plan.className));
    return {
      name: `${names.get(model.plan.className)!}.ts`,
      text: [importOf(model.names) + others.map(importOfClass).join(''), ...helpersOf(model.names), model.text].join(
        '\n',
      ),
    };
  });
  const exported = [...names.values()].map((name) => `export * from './${name}${extension}';\n`);
  const text = [models.map(importOfClass).join(''), exported.join(''), ...commentsOf(warnings), listOf(models)].join(
    '\n',
  );
  return [...files, { name: 'index.ts', text }];
}

/** Names of files by classes: no two are the same on a disk that does not tell capitals. */
function fileNames(models: readonly WrittenModel[]): Map<string, string> {
  const taken = new Set(['index']);
  return new Map(
    models.map(({ plan: { className } }) => {
      const base = className.replaceAll(/(?<=[a-z\d])(?=[A-Z])/g, '-').toLowerCase();
      let name = base;
      for (let i = 2; taken.has(name); i++) name = `${base}-${i}`;
      taken.add(name);
      return [className, name];
    }),
  );
}
