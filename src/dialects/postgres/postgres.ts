import type { DdlStatement } from '../../core/ast/ddl.ts';
import type { Expression, RawExpression, SelectStatement } from '../../core/ast/expressions.ts';
import type { ColumnSchema, TableSchema } from '../../core/ast/schema.ts';
import type { Statement } from '../../core/ast/statements.ts';
import type { ValueType } from '../../core/value-types.ts';
import type { Codec, CompiledStatement, Dialect } from '../dialect.ts';
import type { DialectFeatures } from '../features.ts';
import { checkSchemaName } from '../schemas.ts';
import { postgresCodec } from './codecs.ts';
import { PostgresCompiler } from './compiler.ts';
import { PostgresDdlCompiler, literal } from './ddl.ts';

/** PostgreSQL 15 and later. */
export class PostgresDialect implements Dialect {
  readonly name = 'PostgreSQL';
  readonly id = 'postgres';
  readonly features: DialectFeatures = Object.freeze({
    nullKeyGenerates: false,
    bulk: 'lists',
    returning: true,
    conflictTarget: true,
    groupFrames: true,
    unsortedWindows: true,
    neighbourDefaults: true,
    fullText: true,
    forwardReferences: false,
    deletesSelfReferences: true,
    computedIndexes: true,
    indexesInTable: false,
    schemas: true,
    comments: true,
    checksLater: true,
    rebuilds: false,
    changesCheckedKeys: true,
    transactionalDdl: true,
    rowsPerUpdate: 1,
    rowLocks: { share: 'FOR SHARE', tables: true, outer: false },
    limitsInText: true,
    comparesRows: true,
    explain: {
      text: { plan: 'EXPLAIN', analyze: 'EXPLAIN ANALYZE' },
      json: { plan: 'EXPLAIN (FORMAT JSON)', analyze: 'EXPLAIN (ANALYZE, FORMAT JSON)' },
    },
    joinedRows: 500,
    outerInTables: true,
    maxParameters: 65_535,
    dropCircles: undefined,
  });
  readonly schema: string | undefined;
  readonly #codecs: WeakMap<ValueType, Codec>;

  constructor(schema?: string, like?: PostgresDialect) {
    this.schema = schema;
    this.#codecs = like === undefined ? new WeakMap() : like.#codecs;
  }

  inSchema(schema: string): PostgresDialect {
    // https://www.postgresql.org/docs/current/limits.html: what is longer is cut without an error.
    checkSchemaName(schema, { bytes: 63 });
    return new PostgresDialect(schema, this);
  }

  codec(type: ValueType): Codec {
    let codec = this.#codecs.get(type);
    if (codec === undefined) this.#codecs.set(type, (codec = postgresCodec(type)));
    return codec;
  }

  compile(statement: Statement): CompiledStatement {
    return new PostgresCompiler(this).compile(statement);
  }

  compileRaw(node: RawExpression): CompiledStatement {
    return new PostgresCompiler(this).compileRaw(node);
  }

  ddl(statement: DdlStatement): string[] {
    return new PostgresDdlCompiler(this).compile(statement);
  }

  columnType(table: TableSchema, column: ColumnSchema): string {
    return new PostgresDdlCompiler(this).columnType(table, column);
  }

  literal(type: ValueType, value: unknown): string {
    return value === null ? 'NULL' : literal(this.codec(type).encode(value as never));
  }

  conversion(column: ColumnSchema, to: ValueType): string {
    return new PostgresDdlCompiler(this).conversion(column, to);
  }

  misfits(): undefined {
    return undefined;
  }

  inline(condition: Expression): string {
    return new PostgresDdlCompiler(this).inline(condition);
  }

  inlineQuery(query: SelectStatement | RawExpression, types: readonly ValueType[]): string {
    return new PostgresDdlCompiler(this).inlineQuery(query, types);
  }

  quote(...names: readonly string[]): string {
    return names.map((name) => `"${name.replaceAll('"', '""')}"`).join('.');
  }
}
