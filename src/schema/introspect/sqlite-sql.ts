import { closing, isSymbol, isWord, listed, nameOf, printed, tokensOf, unwrapped } from './tokens.ts';
import type { Token } from './tokens.ts';

/** What SQLite keeps of a table as the text of its CREATE TABLE only. */
export interface TableText {
  readonly columns: ReadonlyMap<string, ColumnText>;
  /** A name, where one was given, and the condition. */
  readonly checks: readonly { readonly name: string | undefined; readonly sql: string }[];
  /** Names of foreign keys, by the names of their columns as JSON. */
  readonly foreignKeys: ReadonlyMap<string, string>;
}

export interface ColumnText {
  readonly generated: string | undefined;
  readonly collation: string | undefined;
}

/** Words with which an item of a table begins that is no column. */
const CONSTRAINTS = ['CONSTRAINT', 'PRIMARY', 'UNIQUE', 'CHECK', 'FOREIGN'];

/** Reads CREATE TABLE, which SQLite has accepted: nothing of it can be wrong. */
export function parseTable(sql: string): TableText {
  const tokens = tokensOf(sql);
  const open = tokens.findIndex((token) => isSymbol(token, '('));
  const columns = new Map<string, ColumnText>();
  const checks: { name: string | undefined; sql: string }[] = [];
  const foreignKeys = new Map<string, string>();
  for (const item of listed(tokens.slice(open + 1, closing(tokens, open)))) {
    const isColumn = !CONSTRAINTS.some((word) => isWord(item[0], word));
    const name = isColumn && item[0] !== undefined ? nameOf(item[0]) : undefined;
    const clauses = clausesOf(isColumn ? item.slice(1) : item);
    checks.push(...clauses.checks);
    if (name !== undefined) columns.set(name, clauses);
    if (clauses.foreignKey !== undefined)
      foreignKeys.set(JSON.stringify(clauses.keyColumns ?? [name]), clauses.foreignKey);
  }
  return { columns, checks, foreignKeys };
}

interface Clauses extends ColumnText {
  readonly checks: TableText['checks'];
  /** The name of a foreign key, and the columns that it names. */
  readonly foreignKey: string | undefined;
  readonly keyColumns: readonly string[] | undefined;
}

/** The constraints of a column, or one of a table. */
function clausesOf(tokens: readonly Token[]): Clauses {
  const checks: { name: string | undefined; sql: string }[] = [];
  let generated: string | undefined;
  let collation: string | undefined;
  let foreignKey: string | undefined;
  let keyColumns: readonly string[] | undefined;
  let named: string | undefined;
  for (let i = 0; i < tokens.length; i++) {
    const inBrackets = (): string => unwrapped(printed(tokens.slice(i + 2, closing(tokens, i + 1))));
    if (isWord(tokens[i], 'CONSTRAINT') && tokens[i + 1] !== undefined) named = nameOf(tokens[++i]!);
    else if (isWord(tokens[i], 'CHECK') && isSymbol(tokens[i + 1], '(')) {
      checks.push({ name: named, sql: inBrackets() });
      named = undefined;
    } else if (isWord(tokens[i], 'AS') && isSymbol(tokens[i + 1], '(')) generated = inBrackets();
    else if (isWord(tokens[i], 'COLLATE') && tokens[i + 1] !== undefined)
      collation = nameOf(tokens[i + 1]!).toUpperCase();
    else if (isWord(tokens[i], 'FOREIGN') && isSymbol(tokens[i + 2], '('))
      keyColumns = listed(tokens.slice(i + 3, closing(tokens, i + 2))).map(([token]) => nameOf(token!));
    else if (isWord(tokens[i], 'REFERENCES')) [foreignKey, named] = [named, undefined];
    else if (isWord(tokens[i], 'UNIQUE') || isWord(tokens[i], 'PRIMARY') || isWord(tokens[i], 'NOT')) named = undefined;
    if (isSymbol(tokens[i], '(')) i = closing(tokens, i);
    else if (isSymbol(tokens[i + 1], '(')) i = closing(tokens, i + 1);
  }
  return { checks, generated, collation, foreignKey, keyColumns };
}

/** What SQLite keeps of an index as a text only: its parts, without directions, and its condition. */
export function parseIndex(sql: string): { readonly parts: readonly string[]; readonly where: string | undefined } {
  const tokens = tokensOf(sql);
  const open = tokens.findIndex((token) => isSymbol(token, '('));
  const end = closing(tokens, open);
  const parts = listed(tokens.slice(open + 1, end)).map((part) => {
    const bare = isWord(part.at(-1), 'ASC') || isWord(part.at(-1), 'DESC') ? part.slice(0, -1) : part;
    return unwrapped(printed(isWord(bare.at(-2), 'COLLATE') ? bare.slice(0, -2) : bare));
  });
  return { parts, where: isWord(tokens[end + 1], 'WHERE') ? unwrapped(printed(tokens.slice(end + 2))) : undefined };
}

/** The query of a view, which gives its columns the names that the view does. */
export function parseView(sql: string): string {
  const tokens = tokensOf(sql);
  const as = tokens.findIndex((token) => isWord(token, 'AS'));
  const query = queryText(sql, tokens.slice(as + 1));
  const open = tokens.slice(0, as).findIndex((token) => isSymbol(token, '('));
  if (open < 0) return query;
  return `WITH "columns"(${printed(tokens.slice(open + 1, as - 1))}) AS (${query}) SELECT * FROM "columns"`;
}

/** As it was written, unless there are comments in it, in which quotes would not be quotes. */
function queryText(sql: string, tokens: readonly Token[]): string {
  if (tokens.length === 0) return '';
  const text = sql.slice(tokens[0]!.start, tokens.at(-1)!.end);
  const bare = tokens.reduce((rest, { text: token }) => rest.replace(token, () => ''), text);
  return /--|\/\*/.test(bare) || tokens.some((token) => token.kind === 'name' && token.text.startsWith('['))
    ? printed(tokens)
    : text;
}
