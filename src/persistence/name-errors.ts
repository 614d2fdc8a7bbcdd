import { rootOf, sameTable } from '../core/inheritance.ts';
import { foreignKeyName } from '../core/constraint-names.ts';
import type { IndexMeta, ModelMeta, RelationMeta } from '../core/metadata.ts';
import { parseFilter } from '../query/filter.ts';
import { parseSortValue } from '../query/sort-values.ts';
import { fieldsIn } from '../query/walk.ts';
import { DataError, ForeignKeyViolationError, IntegrityError } from '../utils/errors.ts';

/** A constraint as the models define it. */
interface Constraint {
  readonly model: ModelMeta;
  readonly fields: readonly string[];
}

/** What an error says in the words of the models. */
interface Names {
  readonly model: string;
  readonly fields: readonly string[] | undefined;
  readonly constraint: string | undefined;
}

/**
 * The errors of constraints in the words of the models: tables, columns and names of constraints become models and
 * fields. What a database does not name (SQLite names no foreign key) is found where there is but one that it can be.
 */
export class ErrorNames {
  readonly #models: readonly ModelMeta[];
  #tables: Map<string, ModelMeta> | undefined;
  #constraints: Map<string, Constraint> | undefined;

  constructor(models: readonly ModelMeta[]) {
    this.#models = models;
  }

  /**
   * @param error What was thrown; what is no error of a constraint or a value is given back as it is.
   * @param written The model that was written, where that is known.
   */
  name(error: unknown, written?: ModelMeta): unknown {
    if (!(error instanceof IntegrityError || error instanceof DataError)) return error;
    const names = this.#namesOf(error, written);
    if (names === undefined) return error;
    const { model, fields, constraint } = names;
    const Named = error.constructor as new (message: string, details: object) => IntegrityError;
    const what = fields === undefined ? model : fields.map((field) => `${model}.${field}`).join(', ');
    return new Named(`${error.message.replace(/\.$/, '')} (${what}).`, {
      model,
      field: fields?.length === 1 ? fields[0] : undefined,
      fields,
      constraint,
      sql: error.sql,
      cause: error.cause,
    });
  }

  #namesOf(error: IntegrityError | DataError, written: ModelMeta | undefined): Names | undefined {
    const { model: table, constraint } = error;
    const meta = table === undefined ? undefined : this.#table(table, written);
    // A table of no model, or an error that was named before.
    if (table !== undefined && meta === undefined) return undefined;
    const known = this.#constraint(constraint, meta ?? written);
    const model = meta ?? known?.model ?? this.#referring(error, written)?.model ?? written;
    if (model === undefined) return undefined;
    const fields = known?.fields ?? this.#fieldsOf(error, model, written);
    return { model: model.name, fields, constraint: constraint ?? indexOver(model, fields) };
  }

  #table(name: string, written: ModelMeta | undefined): ModelMeta | undefined {
    if (written?.table === name) return written;
    this.#tables ??= new Map(this.#models.map((meta) => [meta.table, rootOf(meta)]));
    return this.#tables.get(name);
  }

  #constraint(name: string | undefined, meta: ModelMeta | undefined): Constraint | undefined {
    if (name === undefined) return undefined;
    if (name === 'PRIMARY') return meta && { model: meta, fields: meta.primaryKey };
    const own = meta === undefined ? undefined : constraintsOf(meta).find(([known]) => known === name)?.[1];
    if (own !== undefined) return own;
    this.#constraints ??= new Map(this.#models.flatMap(constraintsOf));
    return this.#constraints.get(name);
  }

  #fieldsOf(error: IntegrityError | DataError, model: ModelMeta, written: ModelMeta | undefined): Names['fields'] {
    if (error.fields !== undefined)
      return error.fields.map((column) => model.fields.find((field) => field.column === column)?.name ?? column);
    const relation = this.#referring(error, written);
    return relation === undefined ? undefined : [relation.name];
  }

  /** The relation whose foreign key it must be, where the database does not say: the only one of the table, or to it. */
  #referring(error: IntegrityError | DataError, written: ModelMeta | undefined): RelationMeta | undefined {
    if (!(error instanceof ForeignKeyViolationError) || error.constraint !== undefined || written === undefined)
      return undefined;
    const candidates =
      error.sql?.startsWith('DELETE') === true
        ? this.#models
            .flatMap(({ relations }) => relations)
            .filter(({ owning, target, onDelete }) => owning && sameTable(target, written) && REFUSES.has(onDelete))
        : written.relations.filter(({ owning }) => owning);
    return candidates.length === 1 ? candidates[0] : undefined;
  }
}

const REFUSES = new Set<RelationMeta['onDelete']>(['no action', 'restrict']);

function constraintsOf(meta: ModelMeta): (readonly [string, Constraint])[] {
  return [
    [`${meta.table}_pkey`, { model: meta, fields: meta.primaryKey }],
    ...meta.indexes.map((index) => [index.name, { model: meta, fields: fieldsOf(meta, index) }] as const),
    ...meta.relations
      .filter(({ owning }) => owning)
      .map((relation) => [foreignKeyName(meta, relation), { model: meta, fields: [relation.name] }] as const),
    ...meta.checks.map(
      ({ name, condition }) => [name, { model: meta, fields: fieldsIn(parseFilter(meta, condition)) }] as const,
    ),
  ];
}

/** The fields of an index, and those of which it computes what it is sorted by. */
function fieldsOf(meta: ModelMeta, { name, parts }: IndexMeta): readonly string[] {
  const names = parts.flatMap((part) =>
    part.field === undefined ? fieldsIn(parseSortValue(meta, part.expression, name).expression) : [part.field.name],
  );
  return [...new Set(names)];
}

/** The unique index over these fields, for a database that names its columns only. */
function indexOver(meta: ModelMeta, fields: Names['fields']): string | undefined {
  if (fields === undefined) return undefined;
  return meta.indexes.find(
    ({ unique, parts }) =>
      unique && parts.length === fields.length && parts.every(({ field }, i) => field?.name === fields[i]),
  )?.name;
}
