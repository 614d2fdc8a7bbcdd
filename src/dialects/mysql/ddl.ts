import type { CreateView } from '../../core/ast/ddl.ts';
import type { Expression, InListExpression } from '../../core/ast/expressions.ts';
import type { FieldMeta, IndexMeta, ModelMeta, RelationMeta } from '../../core/metadata.ts';
import { foreignKeyName } from '../../core/constraint-names.ts';
import { UnsupportedError } from '../../utils/errors.ts';
import { DdlCompiler } from '../ddl-compiler.ts';
import { inlined, spelledOut } from '../inline.ts';
import { MySQLCompiler } from './compiler.ts';
import { columnType } from './types.ts';
import type { MySQLFlavour } from './types.ts';

/** The types of MySQL and MariaDB, and tables whose texts are compared as they are, letter by letter. */
export class MySQLDdlCompiler extends DdlCompiler {
  declare protected readonly dialect: MySQLFlavour;

  protected override columnType(field: FieldMeta): string {
    return columnType(field.type, isIndexed(field), this.dialect.types);
  }

  protected override identity(): string {
    return 'AUTO_INCREMENT PRIMARY KEY';
  }

  protected override tableOptions(): string {
    return ` ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=${this.dialect.types.collation}`;
  }

  /** An index over all rows finds what a partial one finds; but a unique one would refuse what that allows. */
  protected override tableIndex(index: IndexMeta, where: Expression | undefined): string {
    if (where !== undefined) this.refusePartial(index);
    return index.fullText === undefined ? super.tableIndex(index, undefined) : this.fullText(index).join(',\n  ');
  }

  /** Words in lower case in a column of their own, which only the index is for, and the index. */
  private fullText({ name, columns }: IndexMeta): readonly [column: string, index: string] {
    const [column, source] = [this.dialect.quote(name), this.dialect.quote(columns[0]!.field.column)];
    return [
      `${column} longtext GENERATED ALWAYS AS (LOWER(${source})) STORED INVISIBLE`,
      `FULLTEXT INDEX ${column} (${column})`,
    ];
  }

  protected override createIndex(
    model: ModelMeta,
    index: IndexMeta,
    where: Expression | undefined,
    ifNotExists: boolean,
  ): string {
    if (where !== undefined) this.refusePartial(index);
    const sql =
      index.fullText === undefined
        ? super.createIndex(model, index, undefined, false)
        : `ALTER TABLE ${this.table(model)} ADD ${this.fullText(index).join(', ADD ')}`;
    return ifNotExists
      ? unless(
          `SELECT 1 FROM information_schema.statistics WHERE ${this.inSchema('table_schema', model)} AND table_name = ${literal(model.table)} AND index_name = ${literal(index.name)}`,
          sql,
        )
      : sql;
  }

  private refusePartial({ unique, name }: IndexMeta): void {
    if (unique)
      throw new UnsupportedError(`${this.dialect.name} has no partial indexes, which the unique '${name}' needs.`, {
        constraint: name,
        feature: 'unique indexes over some rows only',
      });
  }

  protected override foreignKey(model: ModelMeta, relation: RelationMeta): string {
    if (relation.onDelete === 'set default' || relation.onUpdate === 'set default')
      throw new UnsupportedError(`${this.dialect.name} has no SET DEFAULT for foreign keys.`, {
        model: model.name,
        field: relation.name,
        feature: 'SET DEFAULT of foreign keys',
        remedy: "Use 'set null', or 'restrict'.",
      });
    return super.foreignKey(model, relation);
  }

  protected override addForeignKey(model: ModelMeta, relation: RelationMeta, ifNotExists: boolean): string {
    const sql = super.addForeignKey(model, relation, false);
    return ifNotExists
      ? unless(
          `SELECT 1 FROM information_schema.table_constraints WHERE ${this.inSchema('constraint_schema', model)} AND table_name = ${literal(model.table)} AND constraint_name = ${literal(foreignKeyName(model, relation))}`,
          sql,
        )
      : sql;
  }

  protected override createSchema(name: string): string {
    return unless(
      `SELECT 1 FROM information_schema.schemata WHERE schema_name = ${literal(name)}`,
      `CREATE DATABASE ${this.dialect.quote(name)}`,
    );
  }

  private inSchema(column: string, { schema = this.dialect.schema }: ModelMeta): string {
    return `${column} = ${schema === undefined ? 'DATABASE()' : literal(schema)}`;
  }

  protected override inline(condition: Expression): string {
    return new InlineCompiler(this.dialect).inline(condition);
  }

  protected override inlineQuery(query: CreateView['query']): string {
    return new InlineCompiler(this.dialect).query(query);
  }
}

/** A statement that runs only where a query finds nothing, for what has no IF NOT EXISTS. */
function unless(query: string, sql: string): string {
  return [
    `SET @blaze = IF(EXISTS(${query}), 'DO 0', ${literal(sql)})`,
    'PREPARE blaze FROM @blaze',
    'EXECUTE blaze',
    'DEALLOCATE PREPARE blaze',
  ].join(';\n');
}

/** Whether a column stands in a key or an index, or refers to one that does. */
function isIndexed({ model, primaryKey, unique, indexed, relation, ...field }: FieldMeta): boolean {
  if (primaryKey || unique || indexed || relation !== undefined) return true;
  return model.indexes.some(
    ({ columns, fullText }) => fullText === undefined && columns.some((column) => column.field.index === field.index),
  );
}

/** Conditions and views of the schema: values of the model's author, written out as literals; no lists. */
class InlineCompiler extends MySQLCompiler {
  inline(condition: Expression): string {
    const text = this.condition(condition);
    // A check takes what is a condition by its looks only (MySQL's error 3812).
    const sql = condition.kind === 'case' || condition.kind === 'call' ? `${text} = TRUE` : text;
    return inlined(this.writer.finish(sql), literal);
  }

  query(query: CreateView['query']): string {
    return inlined(query.kind === 'raw' ? this.compileRaw(query) : this.compile(query), literal);
  }

  protected override inList(node: InListExpression): string {
    return this.expression(spelledOut(node));
  }
}

function literal(value: unknown): string {
  if (typeof value === 'string') return `'${value.replace(/['\\]/g, '$&$&')}'`;
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  if (value instanceof Uint8Array) return `x'${Buffer.from(value).toString('hex')}'`;
  throw new UnsupportedError(`A value of type ${typeof value} cannot be written into a constraint.`);
}
