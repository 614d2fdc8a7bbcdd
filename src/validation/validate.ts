import type { FieldMeta, ModelMeta } from '../core/metadata.ts';
import { readField, writeField } from '../core/field-values.ts';
import { metaOfEntity } from '../core/model.ts';
import { State } from '../core/state.ts';
import { problemWith } from '../core/value-types.ts';
import { InvalidValueError, ValidationError } from '../utils/errors.ts';
import type { FieldProblem } from '../utils/errors.ts';
import { isPromise } from '../utils/maybe-promise.ts';
import type { MaybePromise } from '../utils/maybe-promise.ts';
import { isStandard, pathOf } from './standard-schema.ts';
import type { StandardResult } from './standard-schema.ts';

type Problems = Record<string, FieldProblem[]>;

/** Whether a model has rules of its own, beside those of its columns' types. */
export function hasRules(meta: ModelMeta): boolean {
  let known = withRules.get(meta);
  if (known === undefined) {
    known = meta.fields.some(({ validators }) => validators.length > 0) || cleanOf(meta) !== undefined;
    withRules.set(meta, known);
  }
  return known;
}

const withRules = new WeakMap<ModelMeta, boolean>();

/**
 * Check an entity as it is checked before it is saved: types, lengths, choices and NULL of all its fields, their
 * `validators`, and the model's `clean()`. Schemas may give other values: these are put in place first, and what is checked
 * is what they made. All that is wrong is told at once.
 *
 * @param entity One that is new, or loaded; fields that were not loaded are left out.
 * @throws ValidationError
 * @example
 * ```ts
 * import { f, fullClean, model, rules } from 'blazeorm';
 * class Author extends model('author', { id: f.auto(), email: f.string({ validators: [rules.email()] }) }) {}
 * await fullClean(new Author({ email: 'ann@example.org' }));
 * ```
 */
export async function fullClean(entity: object): Promise<void> {
  if (!State.is(entity)) throw new InvalidValueError('fullClean() takes an entity.');
  const meta = metaOfEntity(entity);
  const row = State.row(entity);
  const fields = row === null ? meta.fields : meta.fields.filter((field) => row[field.index] !== undefined);
  await validate(meta, entity, fields);
}

/** The same for some of the fields. @throws ValidationError */
export async function validate(meta: ModelMeta, entity: object, fields: readonly FieldMeta[]): Promise<void> {
  const problems: Problems = {};
  for (const field of fields) {
    const pending = checkField(entity, field, problems);
    if (pending !== undefined) await pending;
  }
  const clean = cleanOf(meta);
  if (clean !== undefined) await runClean(entity, clean, problems);
  if (Object.keys(problems).length > 0) throw ValidationError.of(meta.name, problems);
}

type Clean = (this: object) => MaybePromise<unknown>;

function cleanOf({ modelClass, fieldByName }: ModelMeta): Clean | undefined {
  if (modelClass === undefined || fieldByName.has('clean')) return undefined;
  const clean: unknown = (modelClass.prototype as { clean?: unknown }).clean;
  return typeof clean === 'function' ? (clean as Clean) : undefined;
}

/** `clean()` answers with problems by field, with a message about the whole entity, or with nothing; or throws them. */
async function runClean(entity: object, clean: Clean, problems: Problems): Promise<void> {
  let said: unknown;
  try {
    said = await clean.call(entity);
  } catch (error) {
    if (!(error instanceof ValidationError)) throw error;
    for (const [name, found] of Object.entries(error.errors)) for (const problem of found) add(problems, name, problem);
    return;
  }
  if (typeof said === 'string') add(problems, '', { code: 'invalid', message: said });
  else if (typeof said === 'object' && said !== null)
    for (const [name, message] of Object.entries(said))
      for (const text of Array.isArray(message) ? message : [message])
        if (typeof text === 'string') add(problems, name, { code: 'invalid', message: text });
}

/** Schemas first, because they may make another value of it; then the type; then functions. */
function checkField(entity: object, field: FieldMeta, problems: Problems): MaybePromise<void> | undefined {
  const value = readField(entity, field);
  if (value === undefined && (field.generation !== undefined || isLinked(entity, field))) return undefined;
  if (field.validators.length === 0 || value === null || value === undefined) {
    checkType(field, value, problems);
    return undefined;
  }
  return checkRules(entity, field, value, problems);
}

async function checkRules(entity: object, field: FieldMeta, given: unknown, problems: Problems): Promise<void> {
  let value = given;
  for (const validator of field.validators) {
    if (!isStandard(validator)) continue;
    const result = await validator['~standard'].validate(value);
    if (result.issues !== undefined) return addIssues(field, result.issues, problems);
    value = result.value;
  }
  if (value !== given) writeField(entity, field, value);
  if (!checkType(field, value, problems)) return;
  for (const validator of field.validators) {
    if (isStandard(validator)) continue;
    const check = validator as ((value: unknown) => MaybePromise<unknown>) & { readonly ruleCode?: string };
    const said = check(value);
    const message = isPromise(said) ? await said : said;
    if (typeof message === 'string') add(problems, field.name, { code: check.ruleCode ?? 'invalid', message });
  }
}

function addIssues(
  { name }: FieldMeta,
  issues: Extract<StandardResult, { issues: readonly unknown[] }>['issues'],
  problems: Problems,
): void {
  for (const issue of issues) {
    const path = pathOf(issue);
    add(problems, path === '' ? name : `${name}.${path}`, {
      code: 'invalid',
      message: `is not valid: ${issue.message}`,
    });
  }
}

/** What the column itself says. */
function checkType(field: FieldMeta, value: unknown, problems: Problems): boolean {
  const { relation, type } = field;
  if (value === null || value === undefined) {
    if (field.nullable) return true;
    add(problems, relation?.name ?? field.name, { code: 'required', message: REQUIRED });
    return false;
  }
  const message = problemWith(type, value);
  if (message === undefined) return true;
  add(problems, field.name, { code: codeOf(type.kind, value), message });
  return false;
}

/** The words of every column without a value. */
export const REQUIRED = 'has no value and is not nullable: give it one, or declare it nullable: true';

/** Of what kind the problem of a value with its column's type is. */
export function codeOf(kind: FieldMeta['type']['kind'], value: unknown): string {
  if (value === null || value === undefined) return 'required';
  if (typeof value !== 'string') return 'type';
  return kind === 'enum' ? 'choice' : kind === 'string' ? 'length' : 'type';
}

function add(problems: Problems, name: string, problem: FieldProblem): void {
  (problems[name] ??= []).push(problem);
}

/** A relation to an entity that gets its key in the same flush. */
function isLinked(entity: object, { relation }: FieldMeta): boolean {
  return relation !== undefined && State.is(State.link(entity, relation.index));
}
