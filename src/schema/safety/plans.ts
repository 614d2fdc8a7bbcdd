import type { Dialect } from '../../dialects/dialect.ts';
import type { PlannedMigration } from '../engine/plan.ts';
import { analyse, noteCreated } from './analyse.ts';
import type { Finding } from './finding.ts';
import { refuseUnsafe } from './refuse.ts';
import type { Acknowledgement } from './refuse.ts';
import { loadSqlParser } from './sql/load.ts';

/** The findings of a whole plan, whose tables are all made by it, or were there. */
export async function findingsOf(plans: readonly PlannedMigration[], dialect: Dialect): Promise<Finding[]> {
  const hasSql = plans.some(({ operations }) => operations.some(({ kind }) => kind === 'runSql'));
  const parser = hasSql ? await loadSqlParser(dialect.id) : undefined;
  const created = new Set<string>();
  return plans.flatMap(({ operations, before, migration }) => {
    const findings = analyse(operations, before, { dialect, created, migration: migration.name, parser });
    for (const operation of operations) noteCreated(created, operation);
    return findings;
  });
}

/**
 * Refuse a plan that hurts those who use the database, unless that is acknowledged. The way back is not refused: whoever goes it is
 * in a hurry, and what it destroys is asked about in any case.
 *
 * @throws UnsafeMigrationError before anything is done.
 */
export async function refuseUnsafePlans(
  plans: readonly PlannedMigration[],
  dialect: Dialect,
  meant: Acknowledgement & { readonly fake?: boolean | undefined },
): Promise<void> {
  if (meant.fake === true || meant.acknowledge === true || meant.force === true) return;
  const forward = plans.filter(({ direction }) => direction === 'forward');
  refuseUnsafe(await findingsOf(forward, dialect), meant);
}
