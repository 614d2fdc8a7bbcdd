import type { DdlStatement } from '../../core/ast/ddl.ts';
import type { Expression, RawExpression, SelectStatement } from '../../core/ast/expressions.ts';
import type { ColumnSchema, TableSchema } from '../../core/ast/schema.ts';
import type { Statement } from '../../core/ast/statements.ts';
import type { ValueType } from '../../core/value-types.ts';
import type { Codec, CompiledStatement, DialectId } from '../dialect.ts';
import type { DialectFeatures } from '../features.ts';
import { checkSchemaName } from '../schemas.ts';
import { mysqlCodec } from './codecs.ts';
import { MySQLCompiler } from './compiler.ts';
import { MySQLDdlCompiler, literal } from './ddl.ts';
import { misfits } from './misfits.ts';
import type { MySQLFlavour, TypeContext } from './types.ts';

/** What MySQL and MariaDB have in common. */
const FEATURES: Omit<DialectFeatures, 'returning'> = {
  nullKeyGenerates: false,
  bulk: 'values',
  conflictTarget: false,
  groupFrames: false,
  unsortedWindows: true,
  neighbourDefaults: true,
  fullText: true,
  forwardReferences: false,
  // InnoDB looks at each row by itself (1451).
  deletesSelfReferences: false,
  computedIndexes: true,
  indexesInTable: true,
  schemas: true,
  comments: true,
  checksLater: false,
  rebuilds: false,
  changesCheckedKeys: false,
  transactionalDdl: false,
  rowsPerUpdate: 1,
  rowLocks: { share: 'FOR SHARE', tables: true, outer: true },
  limitsInText: false,
  // https://dev.mysql.com/doc/refman/8.4/en/row-constructor-optimization.html: an index serves it only key by key.
  comparesRows: false,
  explain: {
    text: { plan: 'EXPLAIN FORMAT=TREE', analyze: 'EXPLAIN ANALYZE' },
    json: { plan: 'EXPLAIN FORMAT=JSON', analyze: undefined },
  },
  joinedRows: Infinity,
  outerInTables: true,
  maxParameters: 65_535,
  dropCircles: { before: 'SET foreign_key_checks = 0', after: 'SET foreign_key_checks = 1' },
};

/** MySQL 8.4 and later. */
export class MySQLDialect implements MySQLFlavour {
  readonly name: string = 'MySQL';
  readonly id: DialectId = 'mysql';
  readonly features: DialectFeatures = Object.freeze({ ...FEATURES, returning: false });
  /** How types are written. The collation tells apart whatever differs, spaces at the end too. */
  readonly types: TypeContext = { name: 'MySQL', collation: 'utf8mb4_0900_bin', jsonType: true };
  readonly joinsOnWrite: boolean = false;
  readonly shortShares: boolean = false;
  readonly schema: string | undefined;
  readonly #codecs: WeakMap<ValueType, Codec>;

  constructor(schema?: string, like?: MySQLDialect) {
    this.schema = schema;
    this.#codecs = like === undefined ? new WeakMap() : like.#codecs;
  }

  /** What is called a schema elsewhere is a database here. */
  inSchema(schema: string): MySQLDialect {
    // https://dev.mysql.com/doc/refman/9.7/en/identifier-length.html
    checkSchemaName(schema, { characters: 64 });
    return this.again(schema);
  }

  protected again(schema: string): MySQLDialect {
    return new MySQLDialect(schema, this);
  }

  codec(type: ValueType): Codec {
    let codec = this.#codecs.get(type);
    if (codec === undefined) this.#codecs.set(type, (codec = mysqlCodec(type)));
    return codec;
  }

  compile(statement: Statement): CompiledStatement {
    return new MySQLCompiler(this).compile(statement);
  }

  compileRaw(node: RawExpression): CompiledStatement {
    return new MySQLCompiler(this).compileRaw(node);
  }

  ddl(statement: DdlStatement): string[] {
    return new MySQLDdlCompiler(this).compile(statement);
  }

  columnType(table: TableSchema, column: ColumnSchema): string {
    return new MySQLDdlCompiler(this).columnType(table, column);
  }

  literal(type: ValueType, value: unknown): string {
    return value === null ? 'NULL' : literal(this.codec(type).encode(value as never));
  }

  conversion(column: ColumnSchema, to: ValueType): string {
    return new MySQLDdlCompiler(this).conversion(column, to);
  }

  misfits({ name, type }: ColumnSchema, to: ValueType): string | undefined {
    return misfits(type, to, this.quote(name));
  }

  inline(condition: Expression): string {
    return new MySQLDdlCompiler(this).inline(condition);
  }

  inlineQuery(query: SelectStatement | RawExpression): string {
    return new MySQLDdlCompiler(this).inlineQuery(query);
  }

  regex(subject: string, pattern: string, insensitive: boolean): string {
    return `REGEXP_LIKE(${subject}, ${pattern}, '${insensitive ? 'i' : 'c'}')`;
  }

  withoutKeyChecks(sql: string): string[] {
    return ['SET SESSION foreign_key_checks = 0', sql, 'SET SESSION foreign_key_checks = 1'];
  }

  /** MySQL wants to know which table, where rows of JSON are another. */
  shareLock(alias: string): string {
    return ` FOR SHARE OF ${alias}`;
  }

  quote(...names: readonly string[]): string {
    return names.map((name) => `\`${name.replaceAll('`', '``')}\``).join('.');
  }
}
