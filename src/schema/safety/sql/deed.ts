import type { ColumnSchema, IndexPart } from '../../../core/ast/schema.ts';
import type { ValueType } from '../../../core/value-types.ts';
import type { Operation } from '../../operations/operation.ts';

/** What one statement of raw SQL does: an operation, to which the usual rules apply, or something that has none. */
export type Deed =
  | { readonly kind: 'operation'; readonly operation: Operation }
  /** Part of a column becomes another; the rest of it stays as it is. */
  | {
      readonly kind: 'alter';
      readonly table: string;
      readonly column: string;
      readonly change: Partial<Pick<ColumnSchema, 'type' | 'nullable'>>;
    }
  | { readonly kind: 'rows'; readonly verb: 'update' | 'delete'; readonly table: string; readonly all: boolean }
  | { readonly kind: 'truncate'; readonly table: string; readonly cascade: boolean }
  /** Reads or writes a whole table, and lets nobody near it. */
  | { readonly kind: 'whole'; readonly table: string; readonly by: string; readonly instead: string }
  | { readonly kind: 'drop'; readonly what: string; readonly name: string }
  /** BEGIN, COMMIT and their like. */
  | { readonly kind: 'transaction' }
  /** What refuses to stand in a transaction. */
  | { readonly kind: 'concurrently'; readonly what: string }
  /** Looked at, and found to do no harm. */
  | { readonly kind: 'harmless' }
  /** Read, and beyond what is known here. */
  | { readonly kind: 'strange'; readonly what: string };

/** Reads SQL; undefined for what it cannot read. */
export type SqlParser = (sql: string) => readonly Deed[] | undefined;

/** A type of which only its words are known. */
export function typeNamed(text: string): ValueType {
  return { kind: 'custom', codec: AS_IT_IS, columnType: text };
}

const AS_IT_IS = Object.freeze({ encode: (value: unknown) => value as string, decode: (value: unknown) => value });

/** A column of which SQL says this much. */
export function columnNamed(name: string, type: string, rest: Partial<ColumnSchema> = {}): ColumnSchema {
  return {
    name,
    type: typeNamed(type),
    nullable: true,
    identity: false,
    default: undefined,
    generated: undefined,
    comment: undefined,
    ...rest,
  };
}

export function tableNamed(
  name: string,
  schema?: string,
): { readonly schema: string | undefined; readonly name: string } {
  return { schema, name };
}

export function indexNamed(
  name: string,
  columns: readonly (string | undefined)[],
  rest: { readonly unique?: boolean; readonly fullText?: string } = {},
): Extract<Operation, { kind: 'addIndex' }>['index'] {
  return {
    name,
    parts: columns.map((column): IndexPart => ({ column: column ?? '', descending: false })),
    unique: rest.unique ?? false,
    fullText: rest.fullText,
    where: undefined,
  };
}

/** A condition that nobody reads. */
export const SOME_CONDITION = { kind: 'unresolved', input: undefined } as const;

/** A text of a tree; empty for what is none. */
export function word(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
