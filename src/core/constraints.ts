import type { CheckDefinition, IndexDefinition, UniqueDefinition } from './definitions.ts';
import { DefinitionError } from '../utils/errors.ts';
import { suggest } from '../utils/naming.ts';
import { checkName } from './names.ts';
import type { CheckFunction, IndexFunction, UniqueFunction } from './types/index.ts';

function split<O>(
  builder: string,
  args: readonly unknown[],
  allowed: readonly string[],
): { fields: readonly unknown[]; options: Partial<O> } {
  const last = args.at(-1);
  const options = typeof last === 'object' && last !== null ? (last as Partial<O>) : undefined;
  const fields = options === undefined ? args : args.slice(0, -1);
  const isPart = (field: unknown): boolean =>
    typeof field === 'string' || (builder === 'index' && typeof field === 'function');
  if (fields.length === 0 || !fields.every(isPart)) {
    const what =
      builder === 'index' ? 'the names of one or more fields, or callbacks,' : 'the names of one or more fields,';
    throw new DefinitionError([`${builder}() takes ${what} and options last.`]);
  }
  for (const key of Object.keys(options ?? {})) {
    if (!allowed.includes(key))
      throw new DefinitionError([`${builder}() has no option '${key}'.`], {
        field: key,
        remedy: suggest(key, allowed),
      });
  }
  checkName(`${builder}()`, 'name', (options as { readonly name?: unknown } | undefined)?.name);
  return { fields, options: options ?? {} };
}

function createIndex(...args: readonly unknown[]): IndexDefinition {
  const { fields, options } = split<IndexDefinition['options']>('index', args, ['name', 'unique', 'where', 'fullText']);
  checkFullText(fields, options);
  // The database would make up a name of its own, and each another.
  if (options.name === undefined && fields.some((field) => typeof field === 'function'))
    throw new DefinitionError(["index() with a callback needs a name, as in { name: 'by_title' }."], { field: 'name' });
  return Object.freeze({ kind: 'index', fields: Object.freeze(fields), options: Object.freeze({ ...options }) });
}

const WORD = /^[a-z]\w*$/i;

function checkFullText(
  fields: readonly unknown[],
  { fullText, unique: isUnique, where }: IndexDefinition['options'],
): void {
  if (fullText === undefined || fullText === false) return;
  if (fields.length !== 1 || typeof fields[0] !== 'string' || isUnique === true || where !== undefined)
    throw new DefinitionError(['A full-text index is over one field, all rows, and not unique.']);
  if (fullText !== true && (typeof fullText !== 'string' || !WORD.test(fullText)))
    throw new DefinitionError(["index() takes fullText: true, or the name of a language such as 'english'."]);
}

function createUnique(...args: readonly unknown[]): UniqueDefinition {
  const { fields, options } = split<{ name: string }>('unique', args, ['name']);
  return Object.freeze({ kind: 'unique', fields: Object.freeze(fields as readonly string[]), name: options.name });
}

function createCheck(name: string, condition: unknown): CheckDefinition {
  if (typeof name !== 'string' || name === '' || typeof condition !== 'function') {
    throw new DefinitionError(["check() takes a name and a callback: check('views_positive', (p) => p.views.gte(0))."]);
  }
  checkName('check()', 'name', name);
  return Object.freeze({ kind: 'check', name, condition });
}

/**
 * An index over fields, `-` for descending; with `where`, only over rows with these values. A callback among the fields is a
 * value that is computed, `(p) => p.title.lower()`; the index has a name then. MariaDB has no such indexes.
 *
 * @example
 * ```ts
 * import { f, index, model } from 'blazeorm';
 * export class Note extends model('note', { id: f.auto(), title: f.string(), open: f.bool() }, {
 *   indexes: [index('title', { where: { open: true } })],
 * }) {}
 * ```
 */
export const index = createIndex as unknown as IndexFunction; // Named cast: field names are checked where the model is made.

/** A unique constraint over fields: `unique('author', 'title')`. */
export const unique = createUnique as unknown as UniqueFunction; // Named cast, as for index.

/** A check constraint: `check('views_positive', (p) => p.views.gte(0))`. */
export const check = createCheck as unknown as CheckFunction; // Named cast: the callback's parameter is typed by the model.
