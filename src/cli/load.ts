import { existsSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { createJiti } from 'jiti';
import { definitionOf } from '../core/registry.ts';
import { defineConfig } from '../schema/config.ts';
import type { BlazeConfig } from '../schema/config.ts';
import type { ModuleLoader } from '../schema/files.ts';
import { ConfigError } from '../utils/errors.ts';

const NAMES = ['blaze.config.ts', 'blaze.config.mts', 'blaze.config.js', 'blaze.config.mjs'];

/** A project as the command line sees it. */
export interface Project {
  readonly config: BlazeConfig;
  /** The folder of the configuration, from which its paths are. */
  readonly folder: string;
  readonly load: ModuleLoader;
}

/**
 * Loads modules in TypeScript on every Node that we run on. This package itself is loaded as Node loads it: a second copy of it
 * would not know the models of the first.
 */
const jiti = createJiti(import.meta.url, { nativeModules: ['blazeorm'], interopDefault: false });
export const loadModule: ModuleLoader = (path) => jiti.import(path);

/**
 * The configuration of a project.
 *
 * @param path Of the file; by default it is looked for in the working folder.
 * @throws ConfigError where there is none, or one that cannot be.
 */
export async function loadProject(cwd: string, path?: string): Promise<Project> {
  const file = path === undefined ? NAMES.map((name) => join(cwd, name)).find(existsSync) : resolve(cwd, path);
  if (file === undefined || !existsSync(file))
    throw new ConfigError(`There is no ${path ?? NAMES[0]} here.`, {
      remedy: 'Make one with: blaze init. Or name it with --config.',
    });
  const exported = (await loadModule(file)) as { readonly default?: BlazeConfig };
  if (exported.default === undefined)
    throw new ConfigError(`${file} exports nothing by default.`, {
      remedy: 'It says: export default defineConfig({ … });',
    });
  return { config: defineConfig(exported.default), folder: dirname(file), load: loadModule };
}

/** @throws ConfigError for a module that is missing, or without any models. */
export async function loadModels({ config, folder, load }: Project): Promise<unknown[]> {
  const given = typeof config.models === 'string' ? [config.models] : config.models;
  const models: unknown[] = [];
  for (const item of given) {
    if (typeof item !== 'string') models.push(item);
    else for (const file of await modulesAt(resolve(folder, item))) models.push(...modelsIn(await load(file)));
  }
  if (models.length > 0) return [...new Set(models)];
  throw new ConfigError('The configuration leads to no models.', {
    field: 'models',
    remedy: 'Name a module that exports classes that extend model(…).',
  });
}

async function modulesAt(path: string): Promise<string[]> {
  if (!existsSync(path))
    throw new ConfigError(`There is no ${path}, of which the configuration says that models are there.`);
  if (!statSync(path).isDirectory()) return [path];
  const names = await readdir(path, { recursive: true });
  return names
    .filter((name) => /\.[mc]?[jt]s$/.test(name) && !/\.d\.[mc]?ts$|\.(?:test|spec)\./.test(name))
    .toSorted()
    .map((name) => join(path, name));
}

function modelsIn(module: unknown): unknown[] {
  return Object.values(module as object).filter((item) => definitionOf(item) !== undefined);
}
