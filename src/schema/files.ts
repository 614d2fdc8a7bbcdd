import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, parse, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { MigrationError } from '../utils/migration-errors.ts';
import type { Migration, MigrationDefinition } from './operations/operation.ts';

/** What loads a module, where Node alone cannot read its language. */
export type ModuleLoader = (path: string) => Promise<unknown>;

const EXTENSIONS = new Set(['.ts', '.mts', '.js', '.mjs']);

/**
 * The migrations of a folder: each `.ts` or `.js` file exports one by default, and is called as the file is.
 *
 * @param folder Path of the folder; one that is missing has none.
 * @param load Loads a file; by default Node's own `import()`.
 * @throws MigrationError for a file that exports no migration, or cannot be loaded.
 */
export async function readMigrations(folder: string, load: ModuleLoader = importModule): Promise<Migration[]> {
  const path = resolve(folder);
  const files = await filesOf(path);
  return Promise.all(
    files.map(async (file) => {
      const { name } = parse(file);
      const definition = definitionIn(await loaded(load, join(path, file), name), name);
      return Object.freeze({ ...definition, name, checksum: checksumOf(await readFile(join(path, file), 'utf8')) });
    }),
  );
}

async function loaded(load: ModuleLoader, path: string, name: string): Promise<unknown> {
  try {
    return await load(path);
  } catch (error) {
    if (error instanceof MigrationError)
      throw error.migration === undefined
        ? new MigrationError(error.message, { migration: name, cause: error })
        : error;
    const isUnread = (error as NodeJS.ErrnoException).code === 'ERR_UNKNOWN_FILE_EXTENSION';
    throw new MigrationError(`its file cannot be loaded${isUnread ? '.' : `: ${reasonOf(error)}`}`, {
      migration: name,
      ...(isUnread && {
        remedy:
          'This version of Node reads no TypeScript: run it with a loader, node --import tsx, or give readMigrations() one.',
      }),
      cause: error,
    });
  }
}

/** What a loader has against a file, in one line that ends as sentences do. */
function reasonOf(error: unknown): string {
  const [line] = String((error as Error | undefined)?.message ?? error).split('\n'); // Named cast: anything can be thrown.
  return /[.!?]$/.test(line!) ? line! : `${line}.`;
}

async function filesOf(path: string): Promise<string[]> {
  try {
    const names = await readdir(path);
    return names.filter((name) => EXTENSIONS.has(parse(name).ext) && !/\.d\.m?ts$/.test(name)).toSorted();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** The sum of a file's text, whatever its line ends are. */
export function checksumOf(text: string): string {
  return createHash('sha256').update(text.replaceAll('\r\n', '\n')).digest('hex');
}

function definitionIn(module: unknown, name: string): MigrationDefinition {
  const exported = (module as { readonly default?: unknown } | undefined)?.default;
  if ((exported as Partial<MigrationDefinition> | undefined)?.kind !== 'migration')
    throw new MigrationError('its file exports no migration.', {
      migration: name,
      remedy: 'It ends with: export default migration({ operations: [ … ] }).',
    });
  return exported as MigrationDefinition;
}

async function importModule(path: string): Promise<unknown> {
  return import(pathToFileURL(path).href);
}
