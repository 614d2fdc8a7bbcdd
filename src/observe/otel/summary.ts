import { sqlTokens } from '../../utils/sql-tokens.ts';
import type { SqlQuotes, SqlToken } from '../../utils/sql-tokens.ts';

/** As the convention says. */
const MAX_LENGTH = 255;

const QUERIES = new Set(['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'MERGE', 'REPLACE']);
const DEFINITIONS = new Set(['CREATE', 'ALTER', 'DROP', 'TRUNCATE']);
/** What stands before a target. */
const TARGETED = new Set(['FROM', 'JOIN', 'INTO', 'USING']);
/** What may come between that and the target. */
const BETWEEN = new Set(['ONLY', 'LATERAL', 'INTO', 'FROM', 'IGNORE', 'OR', 'TABLE', 'IF', 'NOT', 'EXISTS']);
/** `FOR UPDATE`, `DO UPDATE`, `ON DELETE` and the like are no operations of their own. */
const NO_OPERATION_AFTER = new Set(['FOR', 'KEY', 'DO', 'ON']);
/** Of a definition, words before the kind of what is defined. */
const ADJECTIVES = new Set([
  'UNIQUE',
  'TEMPORARY',
  'TEMP',
  'OR',
  'REPLACE',
  'MATERIALIZED',
  'FULLTEXT',
  'CONCURRENTLY',
]);
/** What follows a target and is no other name for it. */
const AFTER_TARGET =
  /^(?:SET|WHERE|ON|USING|JOIN|LEFT|RIGHT|INNER|CROSS|FULL|NATURAL|GROUP|ORDER|LIMIT|VALUES|SELECT|DEFAULT)$/;

/** What a statement does to which tables. */
export interface Summary {
  /** `SELECT post author`: operations and their targets in the order of the text. */
  readonly text: string;
  /** The tables, each as often as it is named. */
  readonly targets: readonly string[];
}

/**
 * The summary of a statement that OpenTelemetry asks for as `db.query.summary`: few words, the same for all statements of a sort. A quoted name
 * that needs no quotes is written without; names of common table expressions, and functions that give rows, are no targets.
 *
 * @see https://github.com/open-telemetry/semantic-conventions/blob/v1.45.0/docs/db/database-spans.md#generating-a-summary-of-the-query
 */
export function summaryOf(sql: string, quotes: SqlQuotes): Summary {
  const tokens = [...sqlTokens(sql, quotes)].filter(({ kind }) => kind !== 'space' && kind !== 'comment');
  const reader = new SummaryReader(tokens);
  return reader.read();
}

class SummaryReader {
  readonly #tokens: readonly SqlToken[];
  readonly #words: string[] = [];
  readonly #tables: string[] = [];
  readonly #derived: ReadonlySet<string>;
  /** For each open bracket, and the whole: whether a query is in it, so that FROM is its FROM. */
  readonly #levels: boolean[] = [false];
  #at = 0;

  constructor(tokens: readonly SqlToken[]) {
    this.#tokens = tokens;
    this.#derived = namesOfQueries(tokens);
  }

  read(): Summary {
    while (this.#at < this.#tokens.length) this.#step();
    if (this.#words.length === 0) this.#words.push(this.#word(0));
    return { text: cut(this.#words), targets: this.#tables };
  }

  #step(): void {
    const { text, kind } = this.#tokens[this.#at]!;
    const word = kind === 'word' ? text.toUpperCase() : text;
    const before = this.#word(this.#at - 1);
    this.#at++;
    if (word === '(') this.#levels.push(false);
    else if (word === ')' && this.#levels.length > 1) this.#levels.pop();
    else if (word === ';') this.#levels.splice(0, Infinity, false);
    else if (kind !== 'word') return;
    else if (this.#isFirst(before) && !QUERIES.has(word)) this.#statement(word, text);
    else if (QUERIES.has(word) && !NO_OPERATION_AFTER.has(before) && this.#word(this.#at) !== '(') {
      this.#words.push(text);
      this.#levels[this.#levels.length - 1] = true;
      if (word === 'UPDATE') this.#targets();
    } else if (TARGETED.has(word) && before !== 'DISTINCT' && this.#levels.at(-1) === true)
      this.#targets(word === 'INTO');
  }

  #isFirst(before: string): boolean {
    return before === '' || before === ';';
  }

  /** A statement that is no query: what is defined, or only what it is called. */
  #statement(word: string, text: string): void {
    if (word === 'WITH') return;
    this.#words.push(text);
    if (!DEFINITIONS.has(word)) return;
    while (ADJECTIVES.has(this.#word(this.#at))) this.#at++;
    if (this.#tokens[this.#at]?.kind === 'word') this.#words.push(this.#tokens[this.#at++]!.text);
    while (ADJECTIVES.has(this.#word(this.#at))) this.#at++;
    this.#targets(true);
  }

  /** A table, or several with commas between. @param single It is one, and its columns may follow in brackets. */
  #targets(single = false): void {
    for (;;) {
      while (BETWEEN.has(this.#word(this.#at))) this.#at++;
      const name = this.#name();
      if (name === undefined) return;
      const isFunction = !single && this.#word(this.#at) === '(';
      if (!isFunction && !this.#derived.has(name)) {
        this.#words.push(name);
        this.#tables.push(name);
      }
      this.#alias();
      if (single || this.#word(this.#at) !== ',') return;
      this.#at++;
    }
  }

  /** A name, or several with dots between. */
  #name(): string | undefined {
    const parts: string[] = [];
    for (;;) {
      const token = this.#tokens[this.#at];
      if (token === undefined || !isName(token)) break;
      parts.push(plain(token));
      this.#at++;
      if (this.#word(this.#at) !== '.') break;
      this.#at++;
    }
    return parts.length === 0 ? undefined : parts.join('.');
  }

  #alias(): void {
    if (this.#word(this.#at) === 'AS') this.#at++;
    const token = this.#tokens[this.#at];
    if (token === undefined || this.#word(this.#at) === '(') return;
    if (isName(token) && !AFTER_TARGET.test(this.#word(this.#at))) this.#at++;
  }

  #word(index: number): string {
    const token = this.#tokens[index];
    if (token === undefined) return '';
    return token.kind === 'word' ? token.text.toUpperCase() : token.text;
  }
}

const isName = ({ kind }: SqlToken): boolean => kind === 'name' || kind === 'word';

/** Without quotes where it needs none: they are the library's, not the application's. */
function plain({ kind, text }: SqlToken): string {
  const inside = text.slice(1, -1);
  return kind === 'name' && /^[\p{L}_][\p{L}\p{N}_$]*$/u.test(inside) ? inside : text;
}

/** Names that the statement itself gives to queries: `name AS (`, or `name (columns) AS (`. */
function namesOfQueries(tokens: readonly SqlToken[]): ReadonlySet<string> {
  const names = new Set<string>();
  if (!tokens.some(({ kind, text }) => kind === 'word' && text.toUpperCase() === 'WITH')) return names;
  for (const [index, token] of tokens.entries()) {
    if (!isName(token)) continue;
    let next = index + 1;
    if (tokens[next]?.text === '(') next = tokens.findIndex(({ text }, at) => at > next && text === ')') + 1;
    const [as, bracket] = [tokens[next], tokens[next + 1]];
    if (as?.text.toUpperCase() === 'AS' && bracket?.text === '(') names.add(plain(token));
  }
  return names;
}

/** As long as is allowed, with whole words. */
function cut(words: readonly string[]): string {
  let text = '';
  for (const word of words) {
    const longer = text === '' ? word : `${text} ${word}`;
    if (longer.length > MAX_LENGTH) break;
    text = longer;
  }
  return text;
}
