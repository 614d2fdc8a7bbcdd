import type { ColumnSchema, TableName } from '../../../core/ast/schema.ts';
import { columnNamed, indexNamed, SOME_CONDITION, tableNamed, typeNamed, word } from './deed.ts';
import type { Deed } from './deed.ts';

/** What `libpg-query` gives: nodes in objects with one key, which is their kind. */
export interface PostgresTree {
  readonly stmts?: readonly { readonly stmt: Node }[];
}

/** A node, or a part of one, of which only what is asked for is looked at. */
type Node = { readonly [key: string]: unknown };

/** What statements of PostgreSQL do. */
export function postgresDeeds({ stmts = [] }: PostgresTree): Deed[] {
  return stmts.flatMap(({ stmt }) => {
    const [[kind, body] = ['nothing', {}]] = Object.entries(stmt);
    return ofStatement(kind, body as Node);
  });
}

const HARMLESS = new Set([
  'SelectStmt',
  'InsertStmt',
  'CreateStmt',
  'CreateTableAsStmt',
  'CreateSeqStmt',
  'CreateSchemaStmt',
  'CreateExtensionStmt',
  'CreateFunctionStmt',
  'CreateTrigStmt',
  'CreateEnumStmt',
  'CreateRoleStmt',
  'AlterEnumStmt',
  'AlterSeqStmt',
  'ViewStmt',
  'CommentStmt',
  'GrantStmt',
  'VariableSetStmt',
  'NotifyStmt',
]);

function ofStatement(kind: string, node: Node): Deed[] {
  if (HARMLESS.has(kind)) return [{ kind: 'harmless' }];
  switch (kind) {
    case 'AlterTableStmt':
      return list(node['cmds']).flatMap((command) =>
        ofCommand(tableOf(node['relation']), at(command, 'AlterTableCmd')),
      );
    case 'IndexStmt':
      return [ofIndex(node)];
    case 'RenameStmt':
      return ofRename(node);
    case 'DropStmt':
      return ofDrop(node);
    case 'UpdateStmt':
    case 'DeleteStmt': {
      const table = tableOf(node['relation']).name;
      const verb = kind === 'UpdateStmt' ? 'update' : 'delete';
      return [{ kind: 'rows', verb, table, all: node['whereClause'] === undefined }];
    }
    case 'TruncateStmt': {
      const cascade = node['behavior'] === 'DROP_CASCADE';
      return list(node['relations']).map((relation) => ({
        kind: 'truncate',
        table: tableOf(at(relation, 'RangeVar')).name,
        cascade,
      }));
    }
    case 'TransactionStmt':
      return [{ kind: 'transaction' }];
    case 'DropdbStmt':
      return [{ kind: 'drop', what: 'database', name: word(node['dbname']) }];
    case 'VacuumStmt':
      return ofVacuum(node);
    case 'ClusterStmt':
      return [whole(node['relation'], 'CLUSTER', 'Use pg_repack.')];
    case 'ReindexStmt':
      return isConcurrent(node)
        ? [{ kind: 'concurrently', what: 'REINDEX CONCURRENTLY' }]
        : [whole(node['relation'], 'REINDEX', 'REINDEX … CONCURRENTLY lets others go on.')];
    case 'RefreshMatViewStmt':
      return node['concurrent'] === true
        ? [{ kind: 'harmless' }]
        : [whole(node['relation'], 'REFRESH MATERIALIZED VIEW', 'REFRESH … CONCURRENTLY lets readers go on.')];
    case 'LockStmt':
      return list(node['relations']).map((relation) =>
        whole(at(relation, 'RangeVar'), 'LOCK TABLE', 'Lock the rows that are meant.'),
      );
    default:
      return [{ kind: 'strange', what: `a statement of the kind ${kind.replace(/Stmt$/, '')}` }];
  }
}

function ofCommand(table: TableName, command: Node): Deed[] {
  const name = word(command['name']);
  const alter = (change: Partial<Pick<ColumnSchema, 'type' | 'nullable'>>): Deed[] => [
    { kind: 'alter', table: table.name, column: name, change },
  ];
  switch (command['subtype']) {
    case 'AT_AddColumn':
      return ofNewColumn(table, at(command['def'], 'ColumnDef'));
    case 'AT_DropColumn':
      return [{ kind: 'operation', operation: { kind: 'dropColumn', table, column: name } }];
    case 'AT_AlterColumnType':
      return alter({ type: typeNamed(typeText(at(command['def'], 'ColumnDef')['typeName'])) });
    case 'AT_SetNotNull':
      return alter({ nullable: false });
    case 'AT_DropNotNull':
      return alter({ nullable: true });
    case 'AT_AddConstraint':
      return ofConstraint(table, at(command['def'], 'Constraint'));
    case 'AT_ValidateConstraint':
      return [{ kind: 'operation', operation: { kind: 'validateConstraint', table, name } }];
    case 'AT_ColumnDefault':
    case 'AT_DropConstraint':
    case 'AT_DropExpression':
    case 'AT_SetStatistics':
    case 'AT_SetStorage':
    case 'AT_SetRelOptions':
    case 'AT_ResetRelOptions':
    case 'AT_ChangeOwner':
    case 'AT_AddIdentity':
    case 'AT_SetIdentity':
    case 'AT_DropIdentity':
    case 'AT_EnableRowSecurity':
      return [{ kind: 'harmless' }];
    case 'AT_SetLogged':
    case 'AT_SetUnLogged':
    case 'AT_SetTableSpace':
    case 'AT_SetAccessMethod':
      return [{ kind: 'whole', table: table.name, by: 'ALTER TABLE', instead: 'Do it when nobody uses it.' }];
    case 'AT_DetachPartition':
      return [
        {
          kind: 'whole',
          table: table.name,
          by: 'DETACH PARTITION',
          instead: 'DETACH … CONCURRENTLY lets others go on.',
        },
      ];
    default:
      return [{ kind: 'strange', what: `ALTER TABLE ${table.name} (${word(command['subtype']).replace('AT_', '')})` }];
  }
}

function ofNewColumn(table: TableName, node: Node): Deed[] {
  const name = word(node['colname']);
  const type = typeText(node['typeName']);
  const constraints = list(node['constraints']).map((item) => at(item, 'Constraint'));
  const has = (kind: string): Node | undefined => constraints.find(({ contype }) => contype === kind);
  const generated = has('CONSTR_GENERATED');
  const value = has('CONSTR_DEFAULT');
  const column = columnNamed(name, type, {
    nullable: has('CONSTR_NOTNULL') === undefined && has('CONSTR_PRIMARY') === undefined,
    identity: has('CONSTR_IDENTITY') !== undefined || /serial/.test(type),
    generated: generated === undefined ? undefined : { sql: '', stored: generated['generated_kind'] !== 'v' },
    default: value === undefined ? undefined : defaultText(value['raw_expr']),
  });
  const added: Deed = { kind: 'operation', operation: { kind: 'addColumn', table, column, fill: undefined } };
  return [added, ...constraints.flatMap((constraint) => ofConstraint(table, constraint, name))];
}

function ofConstraint(table: TableName, node: Node, column?: string): Deed[] {
  const columns = column === undefined ? texts(node['keys']) : [column];
  const name = word(node['conname'] ?? `${table.name}_${columns.join('_')}`);
  const notValid = node['skip_validation'] === true;
  switch (node['contype']) {
    case 'CONSTR_FOREIGN': {
      const key = {
        name: word(node['conname'] ?? `${table.name}_${[...columns, ...texts(node['fk_attrs'])].join('_')}_fkey`),
        columns: texts(node['fk_attrs']),
        table: tableOf(node['pktable']),
        targets: texts(node['pk_attrs']),
        onDelete: 'no action',
        onUpdate: 'no action',
      } as const;
      // A column that is new has no values to look up.
      return column === undefined
        ? [{ kind: 'operation', operation: { kind: 'addForeignKey', table, key, notValid } }]
        : [];
    }
    case 'CONSTR_CHECK':
      return [
        {
          kind: 'operation',
          operation: { kind: 'addCheck', table, check: { name, condition: SOME_CONDITION }, notValid },
        },
      ];
    case 'CONSTR_UNIQUE':
    case 'CONSTR_PRIMARY':
      if (node['indexname'] !== undefined) return [{ kind: 'harmless' }];
      return [
        {
          kind: 'operation',
          operation: {
            kind: 'addIndex',
            table,
            index: indexNamed(name, columns, { unique: true }),
            concurrently: false,
          },
        },
      ];
    case 'CONSTR_EXCLUSION':
      return [
        {
          kind: 'whole',
          table: table.name,
          by: 'EXCLUDE',
          instead: 'There is no other way: do it when nobody uses it.',
        },
      ];
    default:
      return [];
  }
}

function ofIndex(node: Node): Deed {
  const columns = list(node['indexParams']).map((item) => at(item, 'IndexElem')['name'] as string | undefined);
  const table = tableOf(node['relation']);
  const index = indexNamed(word(node['idxname'] ?? `${table.name}_idx`), columns, {
    unique: node['unique'] === true,
  });
  return {
    kind: 'operation',
    operation: { kind: 'addIndex', table, index, concurrently: node['concurrent'] === true },
  };
}

function ofRename(node: Node): Deed[] {
  const table = tableOf(node['relation']);
  const to = word(node['newname']);
  switch (node['renameType']) {
    case 'OBJECT_TABLE':
    case 'OBJECT_VIEW':
      return [{ kind: 'operation', operation: { kind: 'renameTable', table, to } }];
    case 'OBJECT_COLUMN':
      return [{ kind: 'operation', operation: { kind: 'renameColumn', table, from: word(node['subname']), to } }];
    case 'OBJECT_INDEX':
    case 'OBJECT_TABCONSTRAINT':
    case 'OBJECT_TRIGGER':
    case 'OBJECT_SEQUENCE':
      return [{ kind: 'harmless' }];
    default:
      return [{ kind: 'strange', what: `a rename to ${to}` }];
  }
}

function ofDrop(node: Node): Deed[] {
  return list(node['objects']).map((object): Deed => {
    const names = texts(at(object, 'List')['items'] ?? [object]);
    const name = names.at(-1) ?? '';
    const table = tableNamed(name, names.at(-2));
    switch (node['removeType']) {
      case 'OBJECT_TABLE':
        return { kind: 'operation', operation: { kind: 'dropTable', table } };
      case 'OBJECT_INDEX':
        return {
          kind: 'operation',
          operation: { kind: 'dropIndex', table: tableNamed(''), name, concurrently: node['concurrent'] === true },
        };
      case 'OBJECT_SCHEMA':
      case 'OBJECT_MATVIEW':
      case 'OBJECT_TYPE':
      case 'OBJECT_SEQUENCE':
        return { kind: 'drop', what: word(node['removeType']).replace('OBJECT_', '').toLowerCase(), name };
      default:
        return { kind: 'harmless' };
    }
  });
}

function ofVacuum(node: Node): Deed[] {
  const isFull = list(node['options']).some((option) => at(option, 'DefElem')['defname'] === 'full');
  const [relation] = list(node['rels']);
  if (isFull) return [whole(at(relation, 'VacuumRelation')['relation'], 'VACUUM FULL', 'Use VACUUM, or pg_repack.')];
  return node['is_vacuumcmd'] === true ? [{ kind: 'concurrently', what: 'VACUUM' }] : [{ kind: 'harmless' }];
}

function whole(relation: unknown, by: string, instead: string): Deed {
  return { kind: 'whole', table: tableOf(relation).name, by, instead };
}

function isConcurrent(node: Node): boolean {
  return list(node['params']).some((option) => at(option, 'DefElem')['defname'] === 'concurrently');
}

/** The type as DDL writes it; its own names for those of the standard. */
function typeText(type: unknown): string {
  const { names, typmods, arrayBounds } = (type ?? {}) as Node;
  const name = texts(names).at(-1) ?? '';
  const sizes = list(typmods).flatMap((item) => {
    const value = (at(item, 'A_Const')['ival'] as Node | undefined)?.['ival'];
    return typeof value === 'number' ? [value] : [];
  });
  const sized = sizes.length === 0 ? name : `${name}(${sizes.join(', ')})`;
  return arrayBounds === undefined ? sized : `${sized}[]`;
}

/** Enough of a default to tell whether it is computed for each row. */
function defaultText(node: unknown): string {
  const found: string[] = [];
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) return value.forEach(visit);
    if (typeof value !== 'object' || value === null) return;
    const { FuncCall: call, ...others } = value as Node;
    if (call !== undefined) found.push(`${texts((call as Node)['funcname']).at(-1) ?? ''}()`);
    Object.values(call === undefined ? others : { ...others, args: (call as Node)['args'] }).forEach(visit);
  };
  visit(node);
  return found.length === 0 ? "''" : found.join(' ');
}

function tableOf(node: unknown): TableName {
  const { schemaname, relname } = (node ?? {}) as Node;
  return { schema: schemaname as string | undefined, name: word(relname ?? '') };
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The body of a node of that kind; an empty one if it is another. */
function at(node: unknown, kind: string): Node {
  return (((node ?? {}) as Node)[kind] ?? {}) as Node;
}

function texts(value: unknown): string[] {
  return list(value).map((item) => word(at(item, 'String')['sval'] ?? ''));
}
