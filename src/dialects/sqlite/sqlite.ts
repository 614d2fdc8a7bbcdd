import type { DdlStatement } from '../../core/ast/ddl.ts';
import type { Expression, RawExpression, SelectStatement } from '../../core/ast/expressions.ts';
import type { ColumnSchema, TableSchema } from '../../core/ast/schema.ts';
import type { Statement } from '../../core/ast/statements.ts';
import type { ValueType } from '../../core/value-types.ts';
import { UnsupportedError } from '../../utils/errors.ts';
import type { Codec, CompiledStatement, Dialect } from '../dialect.ts';
import type { DialectFeatures } from '../features.ts';
import { sqliteCodec } from './codecs.ts';
import { SQLiteCompiler } from './compiler.ts';
import { SQLiteDdlCompiler, literal } from './ddl.ts';

/** SQLite 3.41 and later. */
export class SQLiteDialect implements Dialect {
  readonly name = 'SQLite';
  readonly id = 'sqlite';
  readonly features: DialectFeatures = Object.freeze({
    nullKeyGenerates: true,
    bulk: 'single',
    returning: true,
    conflictTarget: true,
    groupFrames: true,
    unsortedWindows: true,
    neighbourDefaults: true,
    fullText: false,
    forwardReferences: true,
    deletesSelfReferences: true,
    computedIndexes: true,
    indexesInTable: false,
    schemas: false,
    comments: false,
    checksLater: true,
    rebuilds: true,
    changesCheckedKeys: true,
    transactionalDdl: true,
    rowsPerUpdate: 100,
    rowLocks: undefined,
    limitsInText: false,
    comparesRows: true,
    explain: {
      text: { plan: 'EXPLAIN QUERY PLAN', analyze: undefined },
      json: { plan: undefined, analyze: undefined },
    },
    joinedRows: Infinity,
    outerInTables: true,
    // https://sqlite.org/limits.html#max_variable_number
    maxParameters: 32_766,
    // https://sqlite.org/pragma.html#pragma_defer_foreign_keys: until the transaction ends.
    dropCircles: { before: 'PRAGMA defer_foreign_keys = ON' },
  });
  readonly schema = undefined;
  readonly #codecs = new WeakMap<ValueType, Codec>();

  inSchema(): Dialect {
    throw new UnsupportedError('SQLite has no schemas.', {
      feature: 'schemas of a session',
      remedy: 'Use a file for each, or attach one and name it in the options of its models, { schema: … }.',
    });
  }

  codec(type: ValueType): Codec {
    let codec = this.#codecs.get(type);
    if (codec === undefined) this.#codecs.set(type, (codec = sqliteCodec(type)));
    return codec;
  }

  compile(statement: Statement): CompiledStatement {
    return new SQLiteCompiler(this).compile(statement);
  }

  compileRaw(node: RawExpression): CompiledStatement {
    return new SQLiteCompiler(this).compileRaw(node);
  }

  ddl(statement: DdlStatement): string[] {
    return new SQLiteDdlCompiler(this).compile(statement);
  }

  columnType(table: TableSchema, column: ColumnSchema): string {
    return new SQLiteDdlCompiler(this).columnType(table, column);
  }

  literal(type: ValueType, value: unknown): string {
    return value === null ? 'NULL' : literal(this.codec(type).encode(value as never));
  }

  conversion(column: ColumnSchema, to: ValueType): string {
    return new SQLiteDdlCompiler(this).conversion(column, to);
  }

  misfits(): undefined {
    return undefined;
  }

  inline(condition: Expression): string {
    return new SQLiteDdlCompiler(this).inline(condition);
  }

  inlineQuery(query: SelectStatement | RawExpression, types: readonly ValueType[]): string {
    return new SQLiteDdlCompiler(this).inlineQuery(query, types);
  }

  quote(...names: readonly string[]): string {
    return names.map((name) => `"${name.replaceAll('"', '""')}"`).join('.');
  }
}
