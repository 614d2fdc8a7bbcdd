/** What a database says in its errors, without the values that it quotes. */
import { textsIn as literalsIn, withoutTexts } from '../utils/sql-literals.ts';
import type { SqlQuotes } from '../utils/sql-tokens.ts';

const HIDDEN = '***';

/** Every sort of quotation mark, since servers speak many languages; not the apostrophe inside a word. */
const QUOTE = /["`“”„«»‹›「」]|(?<!\p{L})['‘’‚]|['‘’](?!\p{L})/gu;

/** What closes a mark, where that is another one. */
const CLOSING: Readonly<Record<string, string>> = {
  '“': '”',
  '„': '“',
  '«': '»',
  '»': '«',
  '‹': '›',
  '›': '‹',
  '「': '」',
  '‘': '’',
  '‚': '‘',
};

const CLAUSES = new Set([
  'field list',
  'where clause',
  'on clause',
  'order clause',
  'group statement',
  'having clause',
]);

/** What of a driver's error says where and what, and is never a value of a row. */
const SHOWN = [
  'code',
  'errno',
  'errcode',
  'sqlState',
  'severity',
  'fatal',
  'schema',
  'table',
  'column',
  'dataType',
  'constraint',
  'position',
  'routine',
  'syscall',
  'hostname',
  'address',
  'port',
] as const;

/**
 * A message of the database fit to be shown. What it quotes is shown if it stands in the statement;
 * all else that it quotes may be somebody's data, as in `Duplicate entry '…'`. Parameters are hidden wherever they are, and
 * texts that are written in the statement, as in raw SQL.
 *
 * @param sql The statement that was refused.
 * @param parameters Its parameters, lists and JSON among them.
 * @param quotes How its texts are quoted.
 */
export function messageWithoutValues(
  text: string,
  sql = '',
  parameters: readonly unknown[] = [],
  quotes: SqlQuotes = 'standard',
): string {
  const values = [...new Set([...textsIn(parameters), ...literalsIn(sql, quotes)])].filter(
    (value) => value.length > 2 && text.includes(value),
  );
  // The longest first: another may be a part of it.
  values.sort((a, b) => b.length - a.length);
  return withoutQuoted(
    values.reduce((rest, value) => rest.replaceAll(value, HIDDEN), withoutCutText(text, quotes)),
    withoutTexts(sql, quotes),
  );
}

/** MySQL shows the next eighty characters of what it cannot read, which may end in the middle of a text. */
function withoutCutText(text: string, quotes: SqlQuotes): string {
  if (quotes !== 'mysql') return text;
  return text.replace(/(?<=near ')[\s\S]*(?=' at line \d+$)/, (near) => withoutTexts(near, quotes));
}

/** From the first quoted piece that does not stand in the statement to the last: a value may hold quotes itself. */
function withoutQuoted(text: string, sql: string): string {
  const pieces = quotedIn(text).filter(({ start, end }) => !isKnown(text.slice(start + 1, end - 1).trim(), sql));
  const [first, last] = [pieces[0], pieces.at(-1)];
  return first === undefined ? text : text.slice(0, first.start) + HIDDEN + text.slice(last!.end);
}

/** Where a text quotes something, the marks included; what is not closed goes on to its end. */
function quotedIn(text: string): { readonly start: number; readonly end: number }[] {
  const marks = [...text.matchAll(QUOTE)];
  const pieces: { start: number; end: number }[] = [];
  for (let i = 0; i < marks.length; i++) {
    const [mark] = marks[i]!;
    const close = marks.findIndex(([other], at) => at > i && other === (CLOSING[mark] ?? mark));
    pieces.push({ start: marks[i]!.index, end: close < 0 ? text.length + 1 : marks[close]!.index + 1 });
    i = close < 0 ? marks.length : close;
  }
  return pieces;
}

/** What stands in the statement, however it is quoted there, and what MySQL calls the parts of one. */
function isKnown(piece: string, sql: string): boolean {
  const bare = (text: string): string => text.replaceAll(/["`]/g, '');
  return bare(sql).includes(bare(piece)) || CLAUSES.has(piece);
}

/** The texts among parameters. Rows go to the server as lists, or as one text of JSON. */
function* textsIn(value: unknown): Generator<string> {
  if (typeof value === 'string') {
    yield value;
    if (/^[[{]/.test(value)) yield* textsIn(parsed(value));
  } else if (typeof value === 'number' || typeof value === 'bigint') yield String(value);
  else if (Array.isArray(value)) for (const item of value) yield* textsIn(item);
  else if (typeof value === 'object' && value !== null && !ArrayBuffer.isView(value))
    yield* textsIn(Object.values(value));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // It only looks like JSON.
    return undefined;
  }
}

/**
 * A driver's error as the `cause` of ours: its class, code and stack, a message without values, and of its properties
 * those that never hold one. PostgreSQL's `detail`, for example, quotes the whole row.
 */
export function safeCause(
  error: unknown,
  sql?: string,
  parameters?: readonly unknown[],
  quotes?: SqlQuotes,
): Error | undefined {
  if (!(error instanceof Error)) return undefined;
  const names = SHOWN.map((name) => [name, Reflect.get(error, name) as unknown] as const).filter(([, value]) =>
    ['string', 'number', 'boolean'].includes(typeof value),
  );
  const known = [sql, ...names.map(([, value]) => value)].join('\n');
  const message = messageWithoutValues(error.message, known, parameters, quotes);
  const copy = new Error(message);
  const hidden = (name: string, value: unknown): void => {
    Object.defineProperty(copy, name, { value, writable: true, configurable: true });
  };
  Object.setPrototypeOf(copy, Object.getPrototypeOf(error) as object);
  hidden('stack', `${error.name}: ${message}${framesOf(error)}`);
  Object.assign(copy, Object.fromEntries(names));
  if (error.cause !== undefined) hidden('cause', safeCause(error.cause, sql, parameters, quotes));
  if (error instanceof AggregateError)
    hidden(
      'errors',
      error.errors.map((item) => safeCause(item, sql, parameters, quotes)),
    );
  return copy;
}

/** The lines of the stack after the message, which may itself look like one. */
function framesOf({ stack = '', message }: Error): string {
  const rest = stack.slice(stack.indexOf(message) + message.length);
  return /(?:\n {4}at [^\n]*)+$/.exec(rest)?.[0] ?? '';
}
