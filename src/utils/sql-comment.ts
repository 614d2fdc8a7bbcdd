/**
 * Tags in a comment behind a statement, as sqlcommenter writes them (https://google.github.io/sqlcommenter/spec/): sorted by name, names
 * and values percent-encoded. More than the specification asks is encoded: nothing but letters, digits, `-`, `_`, `.` and `~` stays as
 * it is, so that nothing ends the comment, makes it a hint, or looks like a placeholder.
 */

/** A comment that was written here, at the end of a statement. */
const OURS = / \/\*((?:[\w.~%-]+='[\w.~%-]*'(?:,|(?=\*)))+)\*\/$/;
const MAYBE_COMMENT = /\/\*|--/;

/** `name='value'` pairs as a comment. Names and values have to be well-formed texts. */
export function sqlComment(tags: Iterable<readonly [name: string, value: string]>): string {
  return asComment([...tags].map(([name, value]) => `${encoded(name)}='${encoded(value)}'`));
}

/**
 * The statement with a comment behind it. Tags that it has already stay, and win over others of the same name; a statement with comments of
 * somebody else is left as it is, as the specification asks.
 */
export function withSqlComment(sql: string, comment: string): string {
  if (!MAYBE_COMMENT.test(sql)) return sql + comment;
  const own = OURS.exec(sql);
  if (own === null) return sql;
  const pairs = own[1]!.split(',');
  const names = new Set(pairs.map(nameIn));
  const added = comment.slice(3, -2).split(',');
  return sql.slice(0, own.index) + asComment([...pairs, ...added.filter((pair) => !names.has(nameIn(pair)))]);
}

const nameIn = (pair: string): string => pair.slice(0, pair.indexOf('='));
const asComment = (pairs: readonly string[]): string => ` /*${pairs.toSorted().join(',')}*/`;

function encoded(text: string): string {
  const code = (character: string): string => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
  return encodeURIComponent(text).replace(/[!'()*]/g, code);
}

/** The statement without tags that were written here. */
export function withoutSqlComment(sql: string): string {
  return sql.endsWith('*/') ? sql.replace(OURS, '') : sql;
}
