import type { LockStrength, RowLock } from '../core/ast/expressions.ts';
import type { RelationTree } from '../core/loader.ts';
import type { ModelMeta, RelationMeta } from '../core/metadata.ts';
import { describe } from '../core/value-types.ts';
import { InvalidQueryError } from '../utils/errors.ts';
import { suggest } from '../utils/naming.ts';
import { relationNamed } from './paths.ts';
import type { Scope } from './scope.ts';
import type { LockState, QueryState } from './state.ts';

const OPTIONS = ['skipLocked', 'noWait', 'of'];

/** The options of `forUpdate` and `forShare`. @throws InvalidQueryError, UnknownFieldError */
export function lockState(meta: ModelMeta, strength: LockStrength, options: unknown): LockState {
  const call = strength === 'update' ? 'forUpdate()' : 'forShare()';
  const refuse = (message: string, remedy?: string): InvalidQueryError =>
    new InvalidQueryError(`${call} ${message}`, { model: meta.name, remedy });
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    throw refuse(`takes options such as { skipLocked: true }, not ${describe(options)}.`);
  for (const name of Object.keys(options))
    if (!OPTIONS.includes(name)) throw refuse(`has no option '${name}'.`, suggest(name, OPTIONS));
  const { skipLocked = false, noWait = false, of } = options as Readonly<Record<string, unknown>>;
  if (typeof skipLocked !== 'boolean' || typeof noWait !== 'boolean')
    throw refuse('takes true or false for skipLocked and noWait.');
  if (skipLocked && noWait) throw refuse('cannot both skip rows that are locked and fail at them.', 'Use one of them.');
  const paths: readonly unknown[] | undefined = of === undefined ? undefined : Array.isArray(of) ? of : [of];
  if (paths?.length === 0)
    throw refuse('was given no table to lock.', "Name some, such as of: 'self', or leave it out.");
  return {
    strength,
    wait: skipLocked ? 'skip' : noWait ? 'fail' : 'wait',
    of: paths?.map((path) => {
      if (typeof path !== 'string') throw refuse(`takes 'self' and paths of relations for of, not ${describe(path)}.`);
      return path === 'self' ? [] : stepsOf(meta, path);
    }),
  };
}

function stepsOf(meta: ModelMeta, path: string): RelationMeta[] {
  const steps: RelationMeta[] = [];
  for (const name of path.split('.')) steps.push(relationNamed(steps.at(-1)?.target ?? meta, name, path));
  return steps;
}

/** The lock of a statement over its tables. @throws InvalidQueryError where rows of the result are none of a table. */
export function planLock({ lock, meta, distinct, joined }: QueryState, scope: Scope): RowLock | undefined {
  if (lock === undefined) return undefined;
  if (distinct) throw cannotLock(meta, 'rows that are distinct');
  const { strength, wait, of } = lock;
  for (const steps of of ?? []) checkSelected(meta, steps, joined);
  const tables = (of ?? [[]]).map((steps) => {
    const { table, optional } = scope.table(steps);
    return { alias: table.alias, optional };
  });
  return { strength, wait, tables, named: of !== undefined };
}

/** @throws InvalidQueryError if rows of a model are to be locked where a query gives none. */
export function refuseLock({ lock, meta }: QueryState, what: string): void {
  if (lock !== undefined) throw cannotLock(meta, what);
}

function cannotLock(meta: ModelMeta, what: string): InvalidQueryError {
  return new InvalidQueryError(`A query for ${what} cannot lock rows.`, {
    model: meta.name,
    remedy: `Lock them by a query for ${meta.name} of its own.`,
  });
}

function checkSelected(meta: ModelMeta, steps: readonly RelationMeta[], joined: RelationTree): void {
  let here: RelationTree | undefined = joined;
  for (const { name } of steps) here = here?.get(name);
  if (here !== undefined) return;
  const path = steps.map(({ name }) => name).join('.');
  throw new InvalidQueryError(`The rows of '${path}' are to be locked, and the query does not select them.`, {
    model: meta.name,
    field: path,
    remedy: `Add .selectRelated('${path}').`,
  });
}
