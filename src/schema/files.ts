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
 * @throws MigrationError for a file that exports no migration.
 */
export async function readMigrations(folder: string, load: ModuleLoader = importModule): Promise<Migration[]> {
  const path = resolve(folder);
  const files = await filesOf(path);
  return Promise.all(
    files.map(async (file) => {
      const { name } = parse(file);
      const definition = definitionIn(await load(join(path, file)), name);
      return Object.freeze({ ...definition, name, checksum: checksumOf(await readFile(join(path, file), 'utf8')) });
    }),
  );
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
    throw new MigrationError('The file exports no migration.', {
      migration: name,
      remedy: 'It says: export default migration({ operations: [ … ] });',
    });
  return exported as MigrationDefinition;
}

async function importModule(path: string): Promise<unknown> {
  return import(pathToFileURL(path).href);
}
