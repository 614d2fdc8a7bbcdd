import type { CreateTable, CreateView, DdlStatement } from '../core/ast/ddl.ts';
import type { Expression } from '../core/ast/expressions.ts';
import type { FieldMeta, IndexMeta, ModelMeta, ReferentialAction, RelationMeta } from '../core/metadata.ts';
import { foreignKeyName } from '../core/constraint-names.ts';
import { UnsupportedError } from '../utils/errors.ts';
import { unreachable } from '../utils/unreachable.ts';
import type { Dialect } from './dialect.ts';
import { tableName } from './schemas.ts';

/** DDL to SQL: what databases share; a dialect overrides types and keys. */
export abstract class DdlCompiler {
  protected readonly dialect: Dialect;

  constructor(dialect: Dialect) {
    this.dialect = dialect;
  }

  compile(statement: DdlStatement): string {
    switch (statement.kind) {
      case 'createTable':
        return this.createTable(statement);
      case 'addForeignKey':
        return this.addForeignKey(statement.model, statement.relation, statement.ifNotExists);
      case 'createIndex':
        return this.createIndex(statement.model, statement.index, statement.where, statement.ifNotExists);
      case 'createSchema':
        return this.createSchema(statement.name);
      case 'dropTable':
        return this.dropTable(statement.model, statement.ifExists);
      case 'createView':
        return this.createView(statement);
      case 'dropView':
        return `DROP VIEW ${statement.ifExists ? 'IF EXISTS ' : ''}${this.table(statement.model)}`;
      default:
        return unreachable(statement);
    }
  }

  /** The column's type as this database writes it. */
  protected abstract columnType(field: FieldMeta): string;
  /** A condition with its values written out, since DDL takes no parameters. */
  protected abstract inline(condition: Expression): string;
  /** The words after the type of a key that the database counts up. */
  protected abstract identity(field: FieldMeta): string;

  /** A whole query, in the same way. */
  protected abstract inlineQuery(query: CreateView['query'], model: ModelMeta): string;

  protected createView({ model, query, replace }: CreateView): string {
    return `CREATE ${replace ? 'OR REPLACE ' : ''}VIEW ${this.table(model)} AS ${this.inlineQuery(query, model)}`;
  }

  protected table(model: Pick<ModelMeta, 'schema' | 'table'>): string {
    return tableName(this.dialect, model);
  }

  /** A schema, where it is missing. A user who may not create any can still use one that is there. */
  protected createSchema(_name: string): string {
    throw new UnsupportedError(`${this.dialect.name} has no schemas to create.`);
  }

  protected dropTable(model: ModelMeta, ifExists: boolean): string {
    return `DROP TABLE ${ifExists ? 'IF EXISTS ' : ''}${this.table(model)}`;
  }

  protected createTable({ model, checks, indexes, later, ifNotExists }: CreateTable): string {
    const lines = [
      ...model.fields.map((field) => this.column(model, field)),
      ...this.primaryKey(model),
      ...model.relations
        .filter((relation) => relation.owning && !later.includes(relation))
        .map((relation) => this.foreignKey(model, relation)),
      ...checks.map((check) => `CONSTRAINT ${this.dialect.quote(check.name)} CHECK (${this.inline(check.expression)})`),
      ...indexes.map(({ index, where }) => this.tableIndex(index, where)),
    ];
    return `CREATE TABLE ${ifNotExists ? 'IF NOT EXISTS ' : ''}${this.table(model)} (\n  ${lines.join(',\n  ')}\n)${this.tableOptions()}`;
  }

  /** What comes after the columns. */
  protected tableOptions(): string {
    return '';
  }

  /** An index among the columns. */
  protected tableIndex(index: IndexMeta, where: Expression | undefined): string {
    const head = `${index.unique ? 'UNIQUE ' : ''}INDEX ${this.dialect.quote(index.name)}`;
    return `${head} (${this.indexColumns(index)})${this.covered(where)}`;
  }

  protected indexColumns({ columns }: IndexMeta): string {
    return columns
      .map(({ field, descending }) => `${this.dialect.quote(field.column)}${descending ? ' DESC' : ''}`)
      .join(', ');
  }

  /** The rows of a partial index. */
  protected covered(where: Expression | undefined): string {
    return where === undefined ? '' : ` WHERE ${this.inline(where)}`;
  }

  protected column(_model: ModelMeta, field: FieldMeta): string {
    let sql = `${this.dialect.quote(field.column)} ${this.columnType(field)}`;
    if (field.generation === 'identity') return `${sql} ${this.identity(field)}`;
    if (field.generatedAs !== undefined)
      return `${sql} GENERATED ALWAYS AS (${field.generatedAs}) ${field.generatedStored ? 'STORED' : 'VIRTUAL'}`;
    if (!field.nullable) sql += ' NOT NULL';
    if (field.dbDefault !== undefined) sql += ` DEFAULT ${this.defaultValue(field.dbDefault)}`;
    else if (setsDefault(field.relation) && field.default !== undefined) sql += ` DEFAULT (${this.keyDefault(field)})`;
    return sql;
  }

  /** The key to which SET DEFAULT sets a reference. */
  private keyDefault(field: FieldMeta): string {
    const { type, default: value, nullable } = field;
    const label = { model: field.model.name, field: field.name };
    return this.inline({ kind: 'param', value, type, nullable, label });
  }

  /** A text is SQL of the application's own, in brackets; other values are literals. */
  protected defaultValue(value: string | number | boolean | null): string {
    if (typeof value === 'string') return `(${value})`;
    return value === null ? 'NULL' : typeof value === 'boolean' ? this.boolean(value) : String(value);
  }

  protected boolean(value: boolean): string {
    return String(Number(value));
  }

  protected primaryKey(model: ModelMeta): string[] {
    if (model.key.length === 1 && model.key[0]!.generation === 'identity') return [];
    return [`PRIMARY KEY (${model.key.map((field) => this.dialect.quote(field.column)).join(', ')})`];
  }

  protected foreignKey(model: ModelMeta, relation: RelationMeta): string {
    const { sourceField, targetField, target, onDelete, onUpdate } = relation;
    const name = this.dialect.quote(foreignKeyName(model, relation));
    const columns = `FOREIGN KEY (${this.dialect.quote(sourceField.column)}) REFERENCES ${this.table(target)} (${this.dialect.quote(targetField.column)})`;
    return `CONSTRAINT ${name} ${columns}${action('DELETE', onDelete)}${action('UPDATE', onUpdate)}`;
  }

  /** Of a table that refers to one that was created after it. */
  protected addForeignKey(model: ModelMeta, relation: RelationMeta, _ifNotExists: boolean): string {
    return `ALTER TABLE ${this.table(model)} ADD ${this.foreignKey(model, relation)}`;
  }

  protected createIndex(
    model: ModelMeta,
    index: IndexMeta,
    where: Expression | undefined,
    ifNotExists: boolean,
  ): string {
    const head = `CREATE ${index.unique ? 'UNIQUE ' : ''}INDEX ${ifNotExists ? 'IF NOT EXISTS ' : ''}${this.dialect.quote(index.name)}`;
    return `${head} ON ${this.table(model)} (${this.indexColumns(index)})${this.covered(where)}`;
  }
}

function action(event: 'DELETE' | 'UPDATE', value: ReferentialAction): string {
  return value === 'no action' ? '' : ` ON ${event} ${value.toUpperCase()}`;
}

function setsDefault(relation: RelationMeta | undefined): boolean {
  return relation?.onDelete === 'set default' || relation?.onUpdate === 'set default';
}
