/** SQL cut into words, for what a database tells as a text only. It never runs, so nothing has to be understood but its quotes. */
export interface Token {
  /** `name`: in the quotes of identifiers. `text`: in those of texts. */
  readonly kind: 'word' | 'name' | 'text' | 'symbol';
  /** As it stands there. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** What in a text is a comment, a name, a text, a word or number, or one other character, in this order. */
const PARTS =
  /(?<space>\s+|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$))|(?<name>"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\])|(?<text>'(?:[^']|'')*')|(?<word>[\w$\u0080-\uffff]+(?:\.\d+)?)|(?<symbol>[\s\S])/gy;

/** The tokens of a text, without spaces and comments. Brackets are quotes, as SQLite has them; no token is an array's. */
export function tokensOf(sql: string): Token[] {
  const tokens: Token[] = [];
  for (const match of sql.matchAll(PARTS)) {
    const { space, name, text, word } = match.groups as Partial<Record<string, string>>;
    if (space !== undefined) continue;
    const kind = name !== undefined ? 'name' : text !== undefined ? 'text' : word !== undefined ? 'word' : 'symbol';
    tokens.push({ kind, text: match[0], start: match.index, end: match.index + match[0].length });
  }
  return tokens;
}

/** Tokens as SQL again, without comments, names in double quotes, one space where there was any. */
export function printed(tokens: readonly Token[]): string {
  return tokens
    .map((token, i) => {
      const text =
        token.text.startsWith('[') && token.kind === 'name' ? `"${nameOf(token).replaceAll('"', '""')}"` : token.text;
      return i > 0 && tokens[i - 1]!.end < token.start ? ` ${text}` : text;
    })
    .join('');
}

/** The name that a token is, without its quotes. SQLite takes texts for names as well. */
export function nameOf({ kind, text }: Token): string {
  if (kind === 'word' || kind === 'symbol') return text;
  const [quote, inner] = [text[0]!, text.slice(1, -1)];
  return quote === '[' ? inner : inner.replaceAll(quote + quote, quote);
}

/** Whether a token is this word, outside of quotes. */
export function isWord(token: Token | undefined, word: string): boolean {
  return token?.kind === 'word' && token.text.toUpperCase() === word;
}

export function isSymbol(token: Token | undefined, symbol: string): boolean {
  return token?.kind === 'symbol' && token.text === symbol;
}

/** The position of the bracket that closes the one at `open`; the end where there is none. */
export function closing(tokens: readonly Token[], open: number): number {
  let depth = 0;
  for (let i = open; i < tokens.length; i++) {
    if (isSymbol(tokens[i], '(')) depth++;
    if (isSymbol(tokens[i], ')') && --depth === 0) return i;
  }
  return tokens.length;
}

/** What stands between the commas that are in no bracket. */
export function listed(tokens: readonly Token[]): Token[][] {
  const items: Token[][] = [[]];
  for (let i = 0; i < tokens.length; i++) {
    if (isSymbol(tokens[i], ',')) items.push([]);
    else if (isSymbol(tokens[i], '(')) {
      const end = closing(tokens, i);
      items.at(-1)!.push(...tokens.slice(i, end + 1));
      i = end;
    } else items.at(-1)!.push(tokens[i]!);
  }
  return items;
}

/** A text without brackets around all of it. */
export function unwrapped(sql: string): string {
  const tokens = tokensOf(sql);
  return isSymbol(tokens[0], '(') && tokens.length > 2 && closing(tokens, 0) === tokens.length - 1
    ? unwrapped(sql.slice(tokens[0]!.end, tokens.at(-1)!.start).trim())
    : sql;
}
