import type { DdlStatement } from '../core/ast/ddl.ts';
import type { CheckSchema, ColumnSchema, Schema, TableName, TableSchema } from '../core/ast/schema.ts';
import type { Dialect } from '../dialects/dialect.ts';
import { MigrationError } from '../utils/migration-errors.ts';
import { unreachable } from '../utils/unreachable.ts';
import { checksToLift } from './lifted-checks.ts';
import { applyOperation, constraintIn, indexIn } from './operations/apply.ts';
import { readsColumn } from './operations/conditions.ts';
import type { Operation, RunFunction, RunSqlOperation, SqlText } from './operations/operation.ts';
import { defaultSql, isAlteredInPlace, rebuildOf } from './rebuild.ts';
import type { Rebuild } from './rebuild.ts';
import { tableIn } from './state.ts';

/** One thing that is done at once, and recorded. */
export type Step = SqlStep | RebuildStep | RunStep;

/**
 * What to do about a step of which nobody knows whether it was done, because the process died meanwhile: see whether what it
 * makes is there, do it again because that does no harm, or ask.
 */
export type Resume = 'look' | 'again' | 'ask';

interface StepBase {
  /** The operation that it is part of, counted from 0. */
  readonly operation: number;
  /** Not inside of a transaction. */
  readonly outside: boolean;
}

export interface SqlStep extends StepBase {
  readonly kind: 'sql';
  readonly sql: string;
  /** Whether the application wrote it, so that nobody else knows what it does. */
  readonly own: boolean;
  readonly resume: Resume;
  /** What it makes, or takes away, to look for. */
  readonly effect: Effect | undefined;
}

/** SQLite: the table is made anew, and its rows are copied. */
export interface RebuildStep extends StepBase {
  readonly kind: 'rebuild';
  readonly rebuild: Rebuild;
}

export interface RunStep extends StepBase {
  readonly kind: 'run';
  readonly run: RunFunction;
  /** The schema at this point, whose tables the code gets as models. */
  readonly schema: Schema;
}

/** Something that is there, or is not there any more, once a statement has been done. */
export interface Effect {
  readonly what: 'table' | 'view' | 'column' | 'index' | 'primaryKey' | 'foreignKey' | 'check';
  readonly table: TableName;
  /** Of a column, an index, a constraint. */
  readonly name: string | undefined;
  readonly exists: boolean;
}

/**
 * The steps of a list of operations on a database.
 *
 * @throws MigrationError for an operation that does not fit; UnsupportedError for what the database lacks.
 */
export function stepsOf(operations: readonly Operation[], before: Schema, dialect: Dialect): Step[] {
  let schema = before;
  const steps: Step[] = [];
  operations.forEach((operation, position) => {
    const after = applyOperation(schema, operation);
    for (const step of new Translation(schema, after, dialect, position).of(operation)) add(steps, step);
    schema = after;
  });
  return steps;
}

/** What is done to a table that is made anew in any case is part of that. */
function add(steps: Step[], step: Step): void {
  const last = steps.at(-1);
  const joined = last?.kind === 'rebuild' && step.kind === 'rebuild' ? last.rebuild.with(step.rebuild) : undefined;
  if (joined === undefined) steps.push(step);
  else steps[steps.length - 1] = { ...step, rebuild: joined } as RebuildStep;
}

class Translation {
  readonly #before: Schema;
  readonly #after: Schema;
  readonly #dialect: Dialect;
  readonly #position: number;

  constructor(before: Schema, after: Schema, dialect: Dialect, position: number) {
    this.#before = before;
    this.#after = after;
    this.#dialect = dialect;
    this.#position = position;
  }

  of(operation: Operation): Step[] {
    if (this.#dialect.features.rebuilds && !isAlteredInPlace(operation, this.#before))
      return [this.#rebuild(operation)];
    switch (operation.kind) {
      case 'createTable':
        return this.#createTable(tableIn(this.#after, operation.table));
      case 'dropTable':
        return this.#ddl(
          { kind: 'dropTable', table: operation.table, ifExists: false },
          gone('table', operation.table),
        );
      case 'renameTable': {
        const { table, to } = operation;
        return this.#ddl({ kind: 'renameTable', table, to }, made('table', { ...table, name: to }));
      }
      case 'addColumn':
        return this.#addColumn(operation.table, operation.column, operation.fill);
      case 'dropColumn': {
        const { table, column } = operation;
        return this.#ddl({ kind: 'dropColumn', table, column }, gone('column', table, column));
      }
      case 'renameColumn':
        return this.#renameColumn(operation);
      case 'alterColumn':
        return this.#alterColumn(operation);
      case 'alterPrimaryKey': {
        const from = tableIn(this.#before, operation.table).primaryKey;
        const table = tableIn(this.#after, operation.table);
        const key = 'PRIMARY';
        const effect =
          from.length === 0
            ? made('primaryKey', table, key)
            : table.primaryKey.length === 0
              ? gone('primaryKey', table, key)
              : undefined;
        const isComing = ({ name }: ColumnSchema): boolean => table.primaryKey.includes(name);
        return [
          ...this.#retyped(table, isComing),
          ...this.#ddl({ kind: 'alterPrimaryKey', table, from }, effect),
          ...this.#retyped(table, (column) => !isComing(column)),
        ];
      }
      case 'addForeignKey': {
        const { table, key, notValid } = operation;
        return [
          ...this.#retyped(table),
          ...this.#ddl(
            { kind: 'addForeignKey', table, key, ifNotExists: false, notValid },
            made('foreignKey', table, key.name),
          ),
        ];
      }
      case 'addCheck': {
        const { table, notValid } = operation;
        const check = tableIn(this.#after, table).checks.find(({ name }) => name === operation.check.name)!;
        return this.#ddl({ kind: 'addCheck', table, check, notValid }, made('check', table, check.name));
      }
      case 'dropConstraint':
        return this.#dropConstraint(operation.table, operation.name);
      case 'validateConstraint': {
        const { table, name } = operation;
        return this.#ddl({ kind: 'validateConstraint', table, name }, undefined);
      }
      case 'addIndex': {
        const table = tableIn(this.#after, operation.table);
        const index = indexIn(table, operation.index.name);
        if (index.fullText !== undefined && !this.#dialect.features.fullText) return [];
        const { concurrently } = operation;
        return [
          ...this.#retyped(table),
          ...this.#ddl(
            { kind: 'createIndex', table, index, ifNotExists: false, concurrently },
            made('index', table, index.name),
            concurrently,
          ),
        ];
      }
      case 'dropIndex':
        return this.#dropIndex(operation.table, operation.name, operation.concurrently);
      case 'renameIndex':
        return this.#renameIndex(operation.table, operation.from, operation.to);
      case 'commentOnTable': {
        const { table, comment } = operation;
        return this.#ddl({ kind: 'commentOnTable', table, comment }, undefined);
      }
      case 'createView':
        return this.#ddl({ kind: 'createView', view: operation.view, replace: false }, made('view', operation.view));
      case 'dropView':
        return this.#ddl({ kind: 'dropView', view: operation.view, ifExists: false }, gone('view', operation.view));
      case 'runSql':
        return this.#runSql(operation);
      case 'run':
        return [
          {
            kind: 'run',
            operation: this.#position,
            run: operation.up,
            outside: operation.outside,
            schema: this.#after,
          },
        ];
      default:
        return unreachable(operation);
    }
  }

  #rebuild(operation: Operation): Step {
    const rebuild = rebuildOf(operation, this.#before, this.#after, this.#dialect);
    return { kind: 'rebuild', operation: this.#position, outside: false, rebuild };
  }

  #createTable(table: TableSchema): Step[] {
    const { features } = this.#dialect;
    const indexes = table.indexes.filter(({ fullText }) => fullText === undefined || features.fullText);
    const whole = { ...table, indexes };
    return [
      ...(features.schemas && table.schema !== undefined
        ? this.#ddl({ kind: 'createSchema', name: table.schema }, undefined)
        : []),
      ...this.#ddl({ kind: 'createTable', table: whole, ifNotExists: false }, made('table', table)),
      ...(features.indexesInTable
        ? []
        : indexes.flatMap((index) =>
            this.#ddl(
              { kind: 'createIndex', table: whole, index, ifNotExists: false },
              made('index', table, index.name),
            ),
          )),
    ];
  }

  #renameColumn({ table: name, from, to }: Extract<Operation, { kind: 'renameColumn' }>): Step[] {
    const table = tableIn(this.#after, name);
    const lifted = checksToLift(this.#after, table, to, [to], this.#dialect);
    const readers = {
      checks: table.checks.filter((check) => !lifted.includes(check) && readsColumn(check.condition, to)),
      indexes: table.indexes.filter(({ fullText, parts }) => fullText !== undefined && parts[0]!.column === to),
    };
    const renamed = this.#ddl({ kind: 'renameColumn', table, from, to, readers }, made('column', table, to));
    return this.#without(lifted, table, renamed);
  }

  /** Steps while checks are away. */
  #without(checks: readonly CheckSchema[], table: TableSchema, steps: readonly Step[]): Step[] {
    return [
      ...checks.flatMap((check) =>
        this.#ddl({ kind: 'dropCheck', table, name: check.name }, gone('check', table, check.name)),
      ),
      ...steps,
      ...checks.flatMap((check) => this.#ddl({ kind: 'addCheck', table, check }, made('check', table, check.name))),
    ];
  }

  /** A required column gets its value by a default, which goes again: rows that come have one of their own. */
  #addColumn(name: TableName, column: ColumnSchema, fill: unknown): Step[] {
    const table = tableIn(this.#after, name);
    const effect = made('column', name, column.name);
    if (fill === undefined || column.default !== undefined || column.generated !== undefined)
      return this.#ddl({ kind: 'addColumn', table, column }, effect);
    const filled = { ...column, default: this.#literal(column, fill) };
    const undo: DdlStatement = { kind: 'alterColumn', table, from: filled, to: column };
    return [...this.#ddl({ kind: 'addColumn', table, column: filled }, effect), ...this.#ddl(undo, undefined)];
  }

  #alterColumn({ table: name, column, fill, using }: Extract<Operation, { kind: 'alterColumn' }>): Step[] {
    const table = tableIn(this.#after, name);
    const from = tableIn(this.#before, name).columns.find((other) => other.name === column.name)!;
    const value = fill === undefined ? defaultSql(column, this.#dialect) : this.#literal(from, fill);
    const isFilled = value !== undefined && !column.nullable && from.nullable;
    const update = isFilled ? [this.#again(this.#update(name, from, value))] : [];
    const isSame =
      using === undefined &&
      from.nullable === column.nullable &&
      from.identity === column.identity &&
      from.default === column.default &&
      from.comment === column.comment &&
      from.generated?.sql === column.generated?.sql &&
      from.generated?.stored === column.generated?.stored &&
      this.#dialect.columnType(tableIn(this.#before, name), from) === this.#dialect.columnType(table, column);
    if (isSame) return [];
    const lifted =
      from.nullable === column.nullable ? [] : checksToLift(this.#after, table, column.name, [], this.#dialect);
    const altered = this.#ddl({ kind: 'alterColumn', table, from, to: column, using }, undefined);
    return [...update, ...this.#without(lifted, table, altered)];
  }

  #update({ schema, name }: TableName, column: ColumnSchema, value: string): string {
    const table = schema === undefined ? this.#dialect.quote(name) : this.#dialect.quote(schema, name);
    const target = this.#dialect.quote(column.name);
    return `UPDATE ${table} SET ${target} = ${value} WHERE ${target} IS NULL`;
  }

  #literal(column: ColumnSchema, fill: unknown): string {
    return this.#dialect.literal(column.type, typeof fill === 'function' ? (fill as () => unknown)() : fill);
  }

  /** Columns whose type depends on whether they stand in an index. */
  #retyped(name: TableName, of: (column: ColumnSchema) => boolean = () => true): Step[] {
    const [before, after] = [tableIn(this.#before, name), tableIn(this.#after, name)];
    return after.columns.flatMap((to) => {
      const from = before.columns.find((column) => column.name === to.name);
      if (from === undefined || !of(to)) return [];
      if (this.#dialect.columnType(before, from) === this.#dialect.columnType(after, to)) return [];
      return this.#ddl({ kind: 'alterColumn', table: after, from, to }, undefined);
    });
  }

  #dropConstraint(table: TableName, name: string): Step[] {
    const found = constraintIn(tableIn(this.#before, table), name);
    if ('targets' in found) {
      const statement = { kind: 'dropForeignKey', table: tableIn(this.#after, table), key: found } as const;
      return [...this.#ddl(statement, gone('foreignKey', table, name)), ...this.#retyped(table)];
    }
    if ('condition' in found) return this.#ddl({ kind: 'dropCheck', table, name }, gone('check', table, name));
    return this.#dropIndex(table, name, false);
  }

  #dropIndex(table: TableName, name: string, concurrently: boolean): Step[] {
    const index = indexIn(tableIn(this.#before, table), name);
    if (index.fullText !== undefined && !this.#dialect.features.fullText) return [];
    return [
      ...this.#ddl(
        { kind: 'dropIndex', table: tableIn(this.#after, table), index, concurrently },
        gone('index', table, name),
        concurrently,
      ),
      ...this.#retyped(table),
    ];
  }

  /** Made anew, where an index cannot be renamed. */
  #renameIndex(name: TableName, from: string, to: string): Step[] {
    if (!this.#dialect.features.rebuilds)
      return this.#ddl({ kind: 'renameIndex', table: name, from, to }, made('index', name, to));
    const table = tableIn(this.#after, name);
    return [
      ...this.#dropIndex(name, from, false),
      ...this.#ddl(
        { kind: 'createIndex', table, index: indexIn(table, to), ifNotExists: false },
        made('index', name, to),
      ),
    ];
  }

  #runSql({ up: text, outside, repeatable }: RunSqlOperation): Step[] {
    const { id, name } = this.#dialect;
    const own = typeof text === 'string' || isList(text) ? text : text[id];
    if (own === undefined)
      throw new MigrationError(`runSql() says nothing for ${name}.`, {
        remedy: `Give it SQL under '${id}', an empty list if there is nothing to do.`,
      });
    return (typeof own === 'string' ? [own] : own).map((sql) => ({
      kind: 'sql',
      operation: this.#position,
      outside,
      sql,
      own: true,
      resume: repeatable === true ? 'again' : 'ask',
      effect: undefined,
    }));
  }

  /** The effect is the first statement's; those that follow do no harm when they are done twice. */
  #ddl(statement: DdlStatement, effect: Effect | undefined, outside = false): Step[] {
    return this.#dialect.ddl(statement).map((sql, i) => ({
      kind: 'sql',
      operation: this.#position,
      outside,
      sql,
      own: false,
      ...(i === 0 && effect !== undefined ? { resume: 'look', effect } : { resume: 'again', effect: undefined }),
    }));
  }

  #again(sql: string): Step {
    return {
      kind: 'sql',
      operation: this.#position,
      outside: false,
      sql,
      own: false,
      resume: 'again',
      effect: undefined,
    };
  }
}

function isList(text: SqlText): text is readonly string[] {
  return Array.isArray(text);
}

function made(what: Effect['what'], table: TableName, name?: string): Effect {
  return { what, table: { schema: table.schema, name: table.name }, name, exists: true };
}

function gone(what: Effect['what'], table: TableName, name?: string): Effect {
  return { what, table: { schema: table.schema, name: table.name }, name, exists: false };
}
