import type { Migration } from '../operations/operation.ts';
import { MigrationHistoryError } from '../../utils/migration-errors.ts';
import type { Recorded } from './record.ts';

/** Files and record as they are once each migration that stands for others has taken their place, or they its. */
export interface Settled {
  readonly migrations: readonly Migration[];
  readonly recorded: readonly Recorded[];
  /** Applied by all that they stand for, and not recorded under their own name yet. */
  readonly adopted: readonly Migration[];
}

/**
 * Put migrations that were squashed into one in the place of those that they stand for: where all of these were applied, it counts
 * as applied; where none was, it is applied in their stead. Their files may be there still, or be gone.
 *
 * @throws MigrationHistoryError where some of them were applied and some not; where two stand for the same one.
 */
export function settleReplaced(migrations: readonly Migration[], recorded: readonly Recorded[]): Settled {
  const squashes = migrations.filter(({ replaces }) => replaces.length > 0);
  if (squashes.length === 0) return { migrations, recorded, adopted: [] };
  const successor = successors(squashes);
  const byName = new Map(recorded.map((entry) => [entry.name, entry]));
  const squashByName = new Map(squashes.map((squash) => [squash.name, squash]));
  const isApplied = (name: string): boolean =>
    byName.has(name)
      ? byName.get(name)!.state === 'applied'
      : (squashByName.get(name)?.replaces.every(isApplied) ?? false);
  const isBegun = (name: string): boolean =>
    byName.has(name) || (squashByName.get(name)?.replaces.some(isBegun) ?? false);

  const kept = recorded.filter(({ name }) => !successor.has(name));
  const adopted: Migration[] = [];
  for (const squash of squashes) {
    const { name, checksum, replaces } = squash;
    if (byName.has(name) || successor.has(name)) continue;
    if (replaces.every(isApplied)) {
      const at = new Date(Math.max(...recorded.map((entry) => entry.at.getTime())));
      kept.push({ name, checksum, state: 'applied', done: 0, running: undefined, position: undefined, at });
      adopted.push(squash);
    } else if (replaces.some(isBegun)) {
      const [there, missing] = [replaces.filter(isApplied), replaces.filter((other) => !isApplied(other))];
      throw new MigrationHistoryError(
        `it stands for ${replaces.join(', ')}, of which this database has ${there.join(', ') || 'none'} and lacks ${missing.join(', ')}.`,
        { migration: name, remedy: 'Apply those from their own files first, as they were before they were squashed.' },
      );
    }
  }
  return { migrations: withoutReplaced(migrations, successor), recorded: kept, adopted };
}

/** The migration that stands for each that is replaced. */
function successors(squashes: readonly Migration[]): Map<string, Migration> {
  const successor = new Map<string, Migration>();
  for (const squash of squashes)
    for (const name of squash.replaces) {
      const other = name === squash.name ? squash : successor.get(name);
      if (other !== undefined)
        throw new MigrationHistoryError(
          other === squash ? 'it stands for itself.' : `it stands for '${name}', and so does '${other.name}'.`,
          { migration: squash.name },
        );
      successor.set(name, squash);
    }
  return successor;
}

/** What comes after one that is replaced comes after what stands for it. */
function withoutReplaced(migrations: readonly Migration[], successor: ReadonlyMap<string, Migration>): Migration[] {
  const last = (name: string): string => {
    const next = successor.get(name);
    return next === undefined ? name : last(next.name);
  };
  return migrations
    .filter(({ name }) => !successor.has(name))
    .map((migration) => ({
      ...migration,
      after: [...new Set(migration.after.map(last))].filter((name) => name !== migration.name),
    }));
}
