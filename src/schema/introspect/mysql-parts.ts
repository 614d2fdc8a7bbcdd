import type { Rows } from '../../adapters/adapter.ts';
import type { CheckSchema, ForeignKeySchema, IndexPart, IndexSchema } from '../../core/ast/schema.ts';
import type { MysqlReading } from './mysql-columns.ts';
import { mysqlExpression } from './mysql-sql.ts';
import { actionOf, rawExpression } from './parts.ts';
import { byFirst, textOf } from './source.ts';

/** MariaDB says RESTRICT where nothing was said, which means the same there. */
export function foreignKeysOf({ schema, isMaria }: MysqlReading, rows: Rows): ForeignKeySchema[] {
  const action = (rule: unknown): ForeignKeySchema['onDelete'] =>
    isMaria && rule === 'RESTRICT' ? 'no action' : actionOf(textOf(rule));
  return [...byFirst(rows.map((row) => row.slice(1)))].map(([name, own]) => {
    const [, , targetSchema, target, , onDelete, onUpdate] = own[0]!;
    return {
      name,
      columns: own.map(([, column]) => textOf(column)),
      table: { schema: targetSchema === null ? schema : textOf(targetSchema), name: textOf(target) },
      targets: own.map((row) => textOf(row[4])),
      onDelete: action(onDelete),
      onUpdate: action(onUpdate),
    };
  });
}

export function indexOf(
  reading: MysqlReading,
  table: string,
  name: string,
  rows: Rows,
  words: string | undefined,
): IndexSchema[] {
  const unique = rows[0]![1] === 0;
  if (words !== undefined)
    return [{ name, parts: [{ column: words, descending: false }], unique, fullText: 'simple', where: undefined }];
  const isPlain = rows.every(([, , , , prefix, type]) => prefix === null && type === 'BTREE');
  if (!isPlain) {
    reading.note(
      table,
      `The index '${name}' is of a kind that no model can say (${rows[0]![5] === 'BTREE' ? 'it is over the beginning of a text' : textOf(rows[0]![5])}).`,
    );
    return [];
  }
  const parts = rows.map(([, , column, direction, , , expression]): IndexPart => {
    const descending = direction === 'D';
    return column === null
      ? { expression: rawExpression(mysqlExpression(textOf(expression), reading.isMaria)), descending }
      : { column: textOf(column), descending };
  });
  return [{ name, parts, unique, fullText: undefined, where: undefined }];
}

export function checkOf({ isMaria, note }: MysqlReading, row: Rows[number]): CheckSchema {
  const [table, name, condition, level] = row as [string, string, string, string];
  if (level === 'NO') note(table, `The check '${name}' is not enforced.`);
  return { name, condition: rawExpression(mysqlExpression(condition, isMaria)) };
}
