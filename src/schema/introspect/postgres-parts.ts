import type { Rows } from '../../adapters/adapter.ts';
import type { CheckSchema, ForeignKeySchema, IndexPart, IndexSchema } from '../../core/ast/schema.ts';
import type { ReferentialAction } from '../../core/metadata.ts';
import { rawExpression } from './parts.ts';
import { plain } from './postgres-columns.ts';
import type { PostgresReading } from './postgres-columns.ts';
import { textOf, textsIn } from './source.ts';
import { unwrapped } from './tokens.ts';

const ACTIONS: Readonly<Record<string, ReferentialAction>> = {
  c: 'cascade',
  r: 'restrict',
  n: 'set null',
  d: 'set default',
};

export function foreignKeyOf(reading: PostgresReading, row: Rows[number]): ForeignKeySchema {
  const [table, name, , columns, , schema, target, targets, onDelete, onUpdate, deferrable] = row as [
    ...[string, string, string, string, string | null, string | null, string, string, string, string, boolean],
  ];
  if (deferrable) reading.note(table, `The foreign key '${name}' may be checked at the end, which no model can say.`);
  return {
    name,
    columns: textsIn(columns),
    // Where the connection looks, a target has no schema, as its own model has none.
    table: { schema: schema ?? reading.schema, name: target },
    targets: textsIn(targets),
    onDelete: ACTIONS[onDelete] ?? 'no action',
    onUpdate: ACTIONS[onUpdate] ?? 'no action',
  };
}

export function checkOf([, name, , , condition]: Rows[number]): CheckSchema {
  return { name: textOf(name), condition: rawExpression(plain(textOf(condition))) };
}

interface PartOfIndex {
  readonly column: string | null;
  readonly sql: string;
  readonly options: number;
  readonly plain: boolean;
}

const WORDS = /^to_tsvector\('(\w+)'::regconfig, (.+)\)$/;

export function indexOf(reading: PostgresReading, table: string, row: Rows[number]): IndexSchema[] {
  const [, name, unique, method, condition, json, odd] = row as [
    ...[string, string, boolean, string, string | null, string, string | null],
  ];
  const found = JSON.parse(json) as readonly PartOfIndex[];
  const words = method === 'gin' && found.length === 1 ? WORDS.exec(found[0]!.sql) : null;
  if (words !== null && condition === null) {
    const column = columnIn(words[2]!);
    return [{ name, parts: [{ column, descending: false }], unique, fullText: words[1]!, where: undefined }];
  }
  // NULLs come last where values go up, and first where they go down: other orders are no model's.
  const usual = found.every(({ options, plain }) => plain && (options === 0 || options === 3));
  if (method !== 'btree' || odd !== null || !usual) {
    reading.note(table, `The index '${name}' is of a kind that no model can say${odd === null ? '' : ` (${odd})`}.`);
    return [];
  }
  const where = condition === null ? undefined : rawExpression(plain(condition));
  return [{ name, parts: found.map(partOf), unique, fullText: undefined, where }];
}

function partOf({ column, sql, options }: PartOfIndex): IndexPart {
  const descending = options === 3;
  return column === null ? { expression: rawExpression(plain(sql)), descending } : { column, descending };
}

/** The column in `(title)::text` or `"Title"`. */
function columnIn(sql: string): string {
  const bare = unwrapped(sql.replace(/::(?:text|character varying)$/, ''));
  return bare.startsWith('"') ? bare.slice(1, -1).replaceAll('""', '"') : bare;
}
