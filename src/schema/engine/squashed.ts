import type { Dialect } from '../../dialects/dialect.ts';
import { MigrationHistoryError } from '../../utils/migration-errors.ts';
import { describeOperation } from '../describe.ts';
import { diffSchemas } from '../diff.ts';
import type { Migration } from '../operations/operation.ts';
import { ordered, replay } from './history.ts';

/** Differences that a message names. */
const NAMED = 5;

/**
 * A migration that stands for others has to lead where they do: databases that have them take it for applied. As long as their files lie
 * beside it, that can be seen.
 *
 * @throws MigrationHistoryError that names what differs.
 */
export function checkSquashes(files: readonly Migration[], dialect: Dialect): void {
  const byName = new Map(files.map((file) => [file.name, file]));
  for (const squash of files) {
    const replaced = squash.replaces.flatMap((name) => byName.get(name) ?? []);
    if (replaced.length === 0 || replaced.length < squash.replaces.length) continue;
    const [theirs, own] = [replaced, [squash]].map((ends) => replay(ordered(upTo(ends, byName))));
    const missing = diffSchemas(own!, theirs!, dialect);
    if (missing.length === 0) continue;
    const more = missing.length > NAMED ? `, and ${missing.length - NAMED} more` : '';
    throw new MigrationHistoryError(
      `it does not lead to the schema of ${squash.replaces.join(', ')}, for which it stands. What leads there: ${missing.slice(0, NAMED).map(describeOperation).join(', ')}${more}.`,
      {
        migration: squash.name,
        remedy: 'Let it make the same tables: squashOperations() joins the operations of those files.',
      },
    );
  }
}

/** These and all that they come after, as far as there are files. */
function upTo(ends: readonly Migration[], byName: ReadonlyMap<string, Migration>): Migration[] {
  const found = new Set(ends);
  for (const { after } of found) for (const name of after) if (byName.has(name)) found.add(byName.get(name)!);
  return [...found];
}
