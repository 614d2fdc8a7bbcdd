import type {
  ForeignKeySchema,
  IndexPart,
  IndexSchema,
  Schema,
  TableName,
  TableSchema,
} from '../../core/ast/schema.ts';
import type { Dialect } from '../../dialects/dialect.ts';
import { MigrationError } from '../../utils/migration-errors.ts';
import { shortName } from '../../utils/naming.ts';
import { unreachable } from '../../utils/unreachable.ts';
import { applyOperation } from '../operations/apply.ts';
import { BATCH } from '../operations/batches.ts';
import { resolveCheck, resolveIndex, resolveTable } from '../operations/conditions.ts';
import type { BackFill, DraftCheck, DraftIndex, Operation, RowCheck, SqlText } from '../operations/operation.ts';
import { tableIn } from '../state.ts';
import { array, call, object, sqlText, string, text } from './code.ts';
import type { Code } from './code.ts';
import { columnCode } from './columns.ts';
import { conditionCode } from './conditions.ts';
import type { Imports } from './imports.ts';
import { optionsCode } from './values.ts';

/** Where an operation stands: what is imported, and the schema before it. */
export interface Place {
  readonly imports: Imports;
  readonly dialect: Dialect;
  readonly before: Schema;
}

/**
 * The call that makes an operation.
 *
 * @throws MigrationError for what is code of the application.
 */
export function operationCode(operation: Operation, place: Place): Code {
  const { imports } = place;
  const make = (name: string, ...args: readonly (Code | undefined)[]): Code => call(imports.schema(name), ...args);
  switch (operation.kind) {
    case 'createTable':
      return createTableCode(resolveTable(operation.table), place);
    case 'dropTable':
      return make('dropTable', tableCode(operation.table));
    case 'renameTable':
      return make('renameTable', tableCode(operation.table), string(operation.to));
    case 'addColumn': {
      const { column, fill } = operation;
      return make('addColumn', tableCode(operation.table), string(column.name), columnCode(column, imports, fill));
    }
    case 'dropColumn':
      return make('dropColumn', tableCode(operation.table), string(operation.column));
    case 'renameColumn':
    case 'renameIndex':
      return make(operation.kind, tableCode(operation.table), string(operation.from), string(operation.to));
    case 'alterColumn': {
      const { column, fill, using } = operation;
      const options = optionsCode({ using: using === undefined ? undefined : string(using) });
      const changed = columnCode(column, imports, fill);
      return make('alterColumn', tableCode(operation.table), string(column.name), changed, options);
    }
    case 'alterPrimaryKey':
      return make('alterPrimaryKey', tableCode(operation.table), strings(operation.columns));
    case 'addForeignKey': {
      const key = foreignKeyCode(operation.table, operation.key, imports);
      return make('addConstraint', tableCode(operation.table), key, flag('notValid', operation.notValid));
    }
    case 'addCheck': {
      const check = checkCode(operation.check, tableIn(place.before, operation.table), place);
      return make('addConstraint', tableCode(operation.table), check, flag('notValid', operation.notValid));
    }
    case 'dropConstraint':
    case 'validateConstraint':
      return make(operation.kind, tableCode(operation.table), string(operation.name));
    case 'addIndex': {
      const table = tableIn(place.before, operation.table);
      const index = indexCode(resolveIndex(table, operation.index), table, place);
      if (operation.concurrently || !isConstraint(operation.index))
        return make('addIndex', tableCode(table), index, flag('concurrently', operation.concurrently));
      return make('addConstraint', tableCode(table), index);
    }
    case 'dropIndex':
      return make(
        'dropIndex',
        tableCode(operation.table),
        string(operation.name),
        flag('concurrently', operation.concurrently),
      );
    case 'commentOnTable': {
      const { comment } = operation;
      const words = comment === undefined ? text('undefined') : string(comment);
      return make('commentOnTable', tableCode(operation.table), words);
    }
    case 'createView':
      return make('createView', tableCode(operation.view), sqlTextCode(operation.view.sql));
    case 'dropView':
      return make('dropView', tableCode(operation.view));
    case 'runSql': {
      const { up, down, operations, outside } = operation;
      const isPair = down !== undefined || (typeof up === 'object' && 'up' in up);
      const both = object({ up: sqlTextCode(up), down: down === undefined ? undefined : sqlTextCode(down) });
      const options = optionsCode({
        operations: operations.length === 0 ? undefined : array(operationCodes(operations, place)),
        outside: outside ? text('true') : undefined,
        reviewed: operation.reviewed === true ? text('true') : undefined,
        repeatable: operation.repeatable === true ? text('true') : undefined,
      });
      return make('runSql', isPair ? both : sqlTextCode(up), options);
    }
    case 'run':
      if (operation.backFill !== undefined) return backFillCode(operation.backFill, imports);
      if (operation.rowCheck !== undefined) return rowCheckCode(operation.rowCheck, imports);
      throw new MigrationError('run() holds code of the application, which cannot be written into another file.', {
        remedy: 'Copy it by hand.',
      });
    default:
      return unreachable(operation);
  }
}

function backFillCode({ table, set, where, batch }: BackFill, imports: Imports): Code {
  const values = Object.fromEntries(Object.entries(set).map(([column, value]) => [column, sqlText(value)]));
  const options = optionsCode({
    where: where === undefined ? undefined : sqlText(where),
    batch: batch === BATCH ? undefined : text(String(batch)),
  });
  return call(imports.schema('backFill'), tableCode(table), object(values), options);
}

function rowCheckCode({ table, condition, batch }: RowCheck, imports: Imports): Code {
  const options = optionsCode({ batch: batch === BATCH ? undefined : text(String(batch)) });
  return call(imports.schema('checkRows'), tableCode(table), sqlText(condition), options);
}

/** The calls that make several, one after another. */
export function operationCodes(operations: readonly Operation[], place: Place): Code[] {
  let { before } = place;
  return operations.map((operation) => {
    const code = operationCode(operation, { ...place, before });
    before = applyOperation(before, operation);
    return code;
  });
}

function tableCode({ schema, name }: TableName): Code {
  return schema === undefined ? string(name) : object({ schema: string(schema), name: string(name) });
}

function strings(values: readonly string[]): Code {
  return array(values.map(string));
}

function flag(name: string, isSet: boolean): Code | undefined {
  return isSet ? object({ [name]: text('true') }) : undefined;
}

function sqlTextCode(sql: SqlText): Code {
  if (typeof sql === 'string') return sqlText(sql);
  if (Array.isArray(sql)) return array((sql as readonly string[]).map(sqlText));
  return object(
    Object.fromEntries(
      Object.entries(sql).flatMap(([dialect, own]) => (own === undefined ? [] : [[dialect, sqlTextCode(own)]])),
    ),
  );
}

function createTableCode(table: TableSchema, place: Place): Code {
  const { imports } = place;
  const identities = table.columns.filter(({ identity }) => identity).map(({ name }) => name);
  const isUsual = identities.join('\0') === table.primaryKey.join('\0');
  const uniques = table.indexes.filter(isConstraint);
  const indexes = table.indexes.filter((index) => !isConstraint(index));
  const constraints = [
    ...table.foreignKeys.map((key) => foreignKeyCode(table, key, imports)),
    ...uniques.map((index) => indexCode(index, table, place)),
    ...table.checks.map((check) => checkCode(check, table, place)),
  ];
  return call(
    imports.schema('createTable'),
    tableCode(table),
    { kind: 'object', members: table.columns.map((column) => [column.name, columnCode(column, imports)]) },
    optionsCode({
      primaryKey: isUsual ? undefined : strings(table.primaryKey),
      indexes: indexes.length === 0 ? undefined : array(indexes.map((index) => indexCode(index, table, place))),
      constraints: constraints.length === 0 ? undefined : array(constraints),
      comment: table.comment === undefined ? undefined : string(table.comment),
    }),
  );
}

function foreignKeyCode(table: TableName, key: ForeignKeySchema, imports: Imports): Code {
  const { name, columns, targets, onDelete, onUpdate } = key;
  const one = (names: readonly string[]): Code => (names.length === 1 ? string(names[0]!) : strings(names));
  return call(
    imports.schema('foreignKey'),
    one(columns),
    tableCode(key.table),
    one(targets),
    optionsCode({
      name: name === shortName(`${table.name}_${columns.join('_')}_fkey`) ? undefined : string(name),
      onDelete: onDelete === 'no action' ? undefined : string(onDelete),
      onUpdate: onUpdate === 'no action' ? undefined : string(onUpdate),
    }),
  );
}

function checkCode(check: DraftCheck, table: TableSchema, place: Place): Code {
  const { name, condition } = resolveCheck(table, check);
  return call(place.imports.core('check'), string(name), conditionCode(condition, table, 'condition', place));
}

/** Whether an index says no more than that its columns are unique. */
function isConstraint({ unique, where, fullText, parts }: DraftIndex | IndexSchema): boolean {
  return (
    unique &&
    where === undefined &&
    fullText === undefined &&
    parts.every(({ column, descending }) => column !== undefined && !descending)
  );
}

function indexCode(index: IndexSchema, table: TableSchema, place: Place): Code {
  const { name, parts, unique, fullText, where } = index;
  const columns = parts.flatMap(({ column }) => (column === undefined ? [] : [column]));
  const isNamed =
    columns.length < parts.length || name !== shortName([table.name, ...columns, unique ? 'key' : 'idx'].join('_'));
  const isPlain = isConstraint(index);
  return call(
    place.imports.core(isPlain ? 'unique' : 'index'),
    ...parts.map((part) => partCode(part, table, place)),
    optionsCode({
      name: isNamed ? string(name) : undefined,
      unique: unique && !isPlain ? text('true') : undefined,
      fullText: fullText === undefined ? undefined : fullText === 'simple' ? text('true') : string(fullText),
      where: where === undefined ? undefined : conditionCode(where, table, 'condition', place),
    }),
  );
}

function partCode(part: IndexPart, table: TableSchema, place: Place): Code {
  if (part.column === undefined) return conditionCode(part.expression, table, 'value', place, part.descending);
  return string(part.descending ? `-${part.column}` : part.column);
}
