import type { Dialect } from '../../dialects/dialect.ts';
import type { NewMigration } from '../makemigrations.ts';
import { applyOperation } from '../operations/apply.ts';
import type { SafetyContext, Stage } from './finding.ts';
import { makeSafe } from './make-safe.ts';
import { loadSqlParser } from './sql/load.ts';

/** A new migration that is one of several stages. */
export type StagedMigration = NewMigration & Pick<Stage, 'first' | 'then'>;

/** What the analysis of a new migration knows. */
export async function safetyContext({ name, operations }: NewMigration, dialect: Dialect): Promise<SafetyContext> {
  const hasSql = operations.some(({ kind }) => kind === 'runSql');
  return { dialect, migration: name, parser: hasSql ? await loadSqlParser(dialect.id) : undefined };
}

/** A migration in stages that hurt nobody: several, each after the one before, or the same where it hurts nobody. */
export function stagedMigrations(made: NewMigration, context: SafetyContext): StagedMigration[] {
  let { before, after } = made;
  return makeSafe(made.operations, made.before, context).map(({ operations, first, then }, i) => {
    const stage = { name: nameOf(made.name, i), after, operations, before, first, then };
    before = operations.reduce(applyOperation, before);
    after = [stage.name];
    return stage;
  });
}

/** `0003_add_slug`, `0004_add_slug_2` */
function nameOf(first: string, i: number): string {
  if (i === 0) return first;
  const [, number = '0', words = first] = /^(\d+)_(.*)$/.exec(first) ?? [];
  return `${String(Number(number) + i).padStart(number.length, '0')}_${words}_${i + 1}`;
}
