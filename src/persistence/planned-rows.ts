import { endFields } from './link-ends.ts';
import type { FieldMeta, ModelMeta } from '../core/metadata.ts';
import { unreachable } from '../utils/unreachable.ts';
import type { CompiledCache } from './compiled.ts';
import type { FlushStep } from './flush-plan.ts';
import { batchesOf } from './insert-batches.ts';
import type { RowWriter } from './row-writer.ts';
import { areUnique, namesRow } from './update-shape.ts';

/**
 * Writes the rows of planned steps without their values, for those who ask which statements these would be: a row is its
 * position, once for each column. What would be sent is decided where it is always decided, by the writer.
 */
export class PlannedRows {
  readonly #writer: RowWriter;
  readonly #compiled: CompiledCache;

  constructor(writer: RowWriter, compiled: CompiledCache) {
    this.#writer = writer;
    this.#compiled = compiled;
  }

  async write(step: FlushStep): Promise<void> {
    switch (step.kind) {
      case 'insert':
        return this.#insert(step.meta, step.entities);
      case 'update': {
        const shape = this.#compiled.updateShape(step.meta, step.changed);
        return void (await this.#writer.update(
          step.meta,
          shape,
          rowsOf(step.entities, [...shape.fields, ...shape.by]),
        ));
      }
      case 'connect':
      case 'disconnect': {
        const { meta, relation } = step;
        const fields = relation.cleared;
        const shape = { fields, by: meta.key, anyOrder: !areUnique(meta, fields) };
        return void (await this.#writer.update(meta, shape, rowsOf(step.entities, [...fields, ...meta.key])));
      }
      case 'vacate': {
        const shape = { fields: [step.field], by: step.meta.key, anyOrder: true };
        return void (await this.#writer.update(
          step.meta,
          shape,
          rowsOf(step.entities, [step.field, ...step.meta.key]),
        ));
      }
      case 'link': {
        const ends = endFields(step.link);
        return this.#writer.insert(step.link.model, ends, rowsOf(step.pairs, ends), 'nothing');
      }
      case 'unlink': {
        const ends = endFields(step.link);
        return void (await this.#writer.delete(step.link.model, ends, rowsOf(step.pairs, ends)));
      }
      case 'delete': {
        const by = namesRow(step.meta);
        return void (await this.#writer.delete(step.meta, by, rowsOf(step.entities, by)));
      }
      default:
        return unreachable(step);
    }
  }

  /** As `Inserter` divides them: by what the database is to fill in. */
  async #insert(meta: ModelMeta, entities: readonly object[]): Promise<void> {
    const rows = entities.map((entity, i) => meta.fields.map((field) => (isLeft(field, entity) ? leftOut(field) : i)));
    if (meta.fields.some((field) => field.generation === 'database')) {
      for (const { given, wanted, indexes } of batchesOf(meta, rows)) {
        const own = indexes.map((i) => given.map((field) => rows[i]![field.index]));
        await this.#insertFilling(meta, given, wanted, own);
      }
      return;
    }
    const key = meta.key[0]!;
    if (key.generation !== 'identity') return this.#writer.insert(meta, meta.fields, rows);
    const keyless = rows.filter((row) => row[key.index] === null);
    const { nullKeyGenerates } = this.#compiled.dialect.features;
    const together = nullKeyGenerates || keyless.length === rows.length;
    if (!together) {
      const given = rows.filter((row) => row[key.index] !== null);
      await this.#writer.insert(meta, meta.fields, given);
      if (keyless.length === 0) return;
    }
    const fields = nullKeyGenerates ? meta.fields : meta.fields.filter((field) => field !== key);
    const parameters = (together ? rows : keyless).map((row) => fields.map((field) => row[field.index]));
    await this.#writer.insertGenerating(meta, fields, parameters);
  }

  async #insertFilling(
    meta: ModelMeta,
    given: readonly FieldMeta[],
    wanted: readonly FieldMeta[],
    rows: readonly unknown[][],
  ): Promise<void> {
    const { returning, bulk } = this.#compiled.dialect.features;
    if (wanted.length === 0) return this.#writer.insert(meta, given, rows);
    if (!returning)
      return wanted.includes(meta.key[0]!)
        ? void (await this.#writer.insertGenerating(meta, given, rows))
        : this.#writer.insert(meta, given, rows);
    const alone = meta.key.some((field) => field.generation === 'database' && wanted.includes(field));
    if (bulk === 'single' || rows.length === 1 || given.length === 0 || alone)
      for (const row of rows) await this.#writer.insertReturning(meta, given, [row], wanted);
    else await this.#writer.insertReturning(meta, given, rows, [...new Set([...meta.key, ...wanted])]);
    return undefined;
  }
}

function rowsOf(entities: readonly unknown[], fields: readonly FieldMeta[]): number[][] {
  return entities.map((_, i) => fields.map(() => i));
}

/** Whether the database is to fill in a field of a new entity. */
function isLeft(field: FieldMeta, entity: object): boolean {
  if (field.generatedAs !== undefined) return true;
  if (field.generation !== 'identity' && field.generation !== 'database') return false;
  const value = Object.getOwnPropertyDescriptor(entity, field.name)?.value as unknown;
  return value === undefined || (field.generation === 'identity' && value === null);
}

/** As rows have it. */
function leftOut({ generation }: FieldMeta): null | undefined {
  return generation === 'identity' ? null : undefined;
}
