import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, relative } from 'node:path';
import { ConfigError } from '../utils/errors.ts';

/**
 * Write a file, and its folder.
 *
 * @param replace Also in place of one that is there.
 * @throws ConfigError for one that is there.
 */
export async function writeNew(path: string, text: string, replace = false): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  try {
    await writeFile(path, text, { flag: replace ? 'w' : 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new ConfigError(`There is a file ${relative(process.cwd(), path)} already.`, {
      remedy: 'Move it away, or use --force.',
    });
  }
}
