import type { ColumnSchema } from '../../../core/ast/schema.ts';
import { columnNamed, indexNamed, SOME_CONDITION, tableNamed, word } from './deed.ts';
import type { Deed } from './deed.ts';

/** What `node-sql-parser` gives, of which only what is asked for is looked at. */
export interface MySQLNode {
  readonly type?: string;
  readonly [key: string]: unknown;
}

/** What statements of MySQL and MariaDB do. */
export function mysqlDeeds(nodes: readonly MySQLNode[]): Deed[] {
  return nodes.flatMap(ofStatement);
}

function ofStatement(node: MySQLNode): Deed[] {
  switch (node.type) {
    case 'alter':
      return nodes(node['expr']).flatMap((action) => ofAction(firstTable(node), action));
    case 'create':
      return node['keyword'] === 'index' ? [ofIndex(tableName(node['table']), node)] : [{ kind: 'harmless' }];
    case 'drop':
      return ofDrop(node);
    case 'rename':
      return (node['table'] as readonly (readonly unknown[])[]).map(([from, to]) => ({
        kind: 'operation',
        operation: { kind: 'renameTable', table: tableNamed(tableName(from)), to: tableName(to) },
      }));
    case 'truncate':
      return nodes(node['name']).map((table) => ({ kind: 'truncate', table: tableName(table), cascade: false }));
    case 'update':
    case 'delete':
      return [{ kind: 'rows', verb: node.type, table: firstTable(node), all: (node['where'] ?? null) === null }];
    case 'transaction':
      return [{ kind: 'transaction' }];
    case 'lock':
      return [{ kind: 'whole', table: 'the tables', by: 'LOCK TABLES', instead: 'Lock the rows that are meant.' }];
    case 'select':
    case 'insert':
    case 'replace':
    case 'set':
      return [{ kind: 'harmless' }];
    default:
      return [{ kind: 'strange', what: word(node.type).toUpperCase() }];
  }
}

function ofAction(table: string, action: MySQLNode): Deed[] {
  const { action: verb, resource } = action;
  if (resource === 'algorithm' || resource === 'lock') return [{ kind: 'harmless' }];
  switch (`${word(verb)} ${word(resource)}`) {
    case 'add column':
      return [
        {
          kind: 'operation',
          operation: { kind: 'addColumn', table: tableNamed(table), column: columnOf(action), fill: undefined },
        },
      ];
    case 'drop column':
      return [
        {
          kind: 'operation',
          operation: { kind: 'dropColumn', table: tableNamed(table), column: columnName(action['column']) },
        },
      ];
    case 'modify column':
    case 'change column': {
      const { type, nullable } = columnOf(action);
      const [from, to] = [columnName(action['old_column'] ?? action['column']), columnName(action['column'])];
      return [
        { kind: 'alter', table, column: from, change: { type, nullable } },
        ...(from === to ? [] : [renamed(table, from, to)]),
      ];
    }
    case 'rename column':
      return [renamed(table, columnName(action['old_column']), columnName(action['column']))];
    case 'rename table':
      return [
        {
          kind: 'operation',
          operation: { kind: 'renameTable', table: tableNamed(table), to: word(action['table']) },
        },
      ];
    case 'add index':
      return [ofIndex(table, action)];
    case 'add constraint':
      return ofConstraint(table, action['create_definitions'] as MySQLNode);
    case 'drop index':
    case 'drop key':
    case 'drop constraint':
    case 'rename index':
      return [{ kind: 'harmless' }];
    default:
      return [{ kind: 'strange', what: `ALTER TABLE ${table} (${word(verb)} ${word(resource)})` }];
  }
}

function ofConstraint(table: string, node: MySQLNode): Deed[] {
  const name = word(node['constraint'] ?? `${table}_constraint`);
  const columns = nodes(node['definition']).map(columnName);
  switch (word(node['constraint_type']).toLowerCase()) {
    case 'foreign key': {
      const reference = node['reference_definition'] as MySQLNode;
      const key = {
        name,
        columns,
        table: tableNamed(firstTable(reference)),
        targets: nodes(reference['definition']).map(columnName),
        onDelete: 'no action',
        onUpdate: 'no action',
      } as const;
      return [
        { kind: 'operation', operation: { kind: 'addForeignKey', table: tableNamed(table), key, notValid: false } },
      ];
    }
    case 'check':
      return [
        {
          kind: 'operation',
          operation: {
            kind: 'addCheck',
            table: tableNamed(table),
            check: { name, condition: SOME_CONDITION },
            notValid: false,
          },
        },
      ];
    default: {
      const index = indexNamed(name, columns, { unique: true });
      return [
        { kind: 'operation', operation: { kind: 'addIndex', table: tableNamed(table), index, concurrently: false } },
      ];
    }
  }
}

function ofIndex(table: string, node: MySQLNode): Deed {
  const columns = nodes(node['index_columns'] ?? node['definition']).map(columnName);
  const words = `${word(node['index_type'])} ${word(node['keyword'])}`.toLowerCase();
  const index = indexNamed(word(node['index']), columns, {
    unique: words.includes('unique'),
    ...(words.includes('fulltext') ? { fullText: 'simple' } : {}),
  });
  return { kind: 'operation', operation: { kind: 'addIndex', table: tableNamed(table), index, concurrently: false } };
}

function ofDrop(node: MySQLNode): Deed[] {
  switch (node['keyword']) {
    case 'table':
      return nodes(node['name']).map((table) => ({
        kind: 'operation',
        operation: { kind: 'dropTable', table: tableNamed(tableName(table)) },
      }));
    case 'database':
    case 'schema':
      return [{ kind: 'drop', what: 'database', name: word(node['name']) }];
    default:
      return [{ kind: 'harmless' }];
  }
}

function columnOf(node: MySQLNode): ColumnSchema {
  const definition = (node['definition'] ?? {}) as MySQLNode;
  const size = [definition['length'], definition['scale']].filter((part) => typeof part === 'number');
  const type = word(definition['dataType']).toLowerCase();
  const generated = node['generated'] as MySQLNode | undefined;
  const nullable = (node['nullable'] as MySQLNode | undefined)?.type;
  const stored = word(generated?.['storage_type'] ?? generated?.['value'] ?? '').toLowerCase();
  return columnNamed(columnName(node['column']), size.length === 0 ? type : `${type}(${size.join(', ')})`, {
    nullable: nullable !== 'not null',
    identity: node['auto_increment'] !== undefined,
    generated: generated === undefined ? undefined : { sql: '', stored: stored.includes('stored') },
    default: node['default_val'] === undefined ? undefined : defaultText(node['default_val'] as MySQLNode),
  });
}

/** Enough of a default to tell whether it is computed for each row. */
function defaultText(node: MySQLNode): string {
  const { type, value } = (node['value'] ?? node) as MySQLNode;
  if (type === 'number' || type === 'null' || type === 'bool') return String(value);
  const isText = type === 'single_quote_string' || type === 'string';
  const isNow = JSON.stringify(node).toLowerCase().includes('current_timestamp');
  return isText ? "''" : isNow ? 'current_timestamp' : 'computed()';
}

function renamed(table: string, from: string, to: string): Deed {
  return { kind: 'operation', operation: { kind: 'renameColumn', table: tableNamed(table), from, to } };
}

function firstTable(node: MySQLNode): string {
  const table = node['table'];
  return tableName(Array.isArray(table) ? table[0] : table);
}

function tableName(node: unknown): string {
  return typeof node === 'string' ? node : word((node as MySQLNode | null | undefined)?.['table'] ?? '');
}

/** Of an expression none. */
function columnName(node: unknown): string {
  const column = (node as MySQLNode | null | undefined)?.['column'];
  return typeof column === 'string' ? column : '';
}

function nodes(value: unknown): readonly MySQLNode[] {
  return Array.isArray(value) ? (value as readonly MySQLNode[]) : [];
}
