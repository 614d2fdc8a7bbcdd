import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** All files under a folder whose name ends so, sorted, as paths that begin with the folder; none where it is missing. */
export function filesUnder(folder: string, ending: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !path.includes('node_modules'))
    .sort();
}
