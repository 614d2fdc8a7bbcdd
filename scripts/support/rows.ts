/** Requirement rows, and the titles of tests that name them. */
import ts from 'typescript-5.9';

/** One row of docs/requirements.md. */
export interface Row {
  /** Such as `Q4`. */
  readonly id: string;
  /** The chapter it stands in, such as `Queries`. */
  readonly chapter: string;
  readonly text: string;
}

/** Rows that one test names in its title. */
export interface NamedRows {
  readonly title: string;
  /** From 1. */
  readonly line: number;
  readonly rows: readonly string[];
}

/** Reads `## Q · Queries` chapters and their `- Q4 …` rows; a row may run over several lines. */
export function parseRows(markdown: string): Row[] {
  const rows: Row[] = [];
  let chapter = '';
  for (const line of markdown.split(/\r?\n/)) {
    const heading = /^## [A-Z] · (?<name>.+)$/.exec(line)?.groups;
    const start = /^- (?<id>[A-Z]\d+) (?<text>.+)$/.exec(line)?.groups;
    const more = /^ {2}(?<text>\S.*)$/.exec(line)?.groups;
    const last = rows.at(-1);
    if (heading?.['name'] !== undefined) chapter = heading['name'];
    else if (start?.['id'] !== undefined) rows.push({ id: start['id'], chapter, text: start['text'] ?? '' });
    else if (more?.['text'] !== undefined && last !== undefined) {
      rows[rows.length - 1] = { ...last, text: `${last.text} ${more['text']}` };
    }
  }
  return rows;
}

/**
 * The rows that a title names: those that it begins with, as in `Q4: …`, `Q4: L1: …`, `Q4, L1: …` or `sqlite · Q4: …`.
 * Only letters that begin a chapter count, so that `UTF8: …` or `H2: …` is not taken for a row.
 */
export function rowsOfTitle(title: string, chapters: string): string[] {
  const row = `[${chapters}]\\d+`;
  const names = new RegExp(`^(?:[^:]* · )?(?<rows>${row}(?:(?:, |: )${row})*):`).exec(title)?.groups?.['rows'];
  return names?.match(new RegExp(row, 'g')) ?? [];
}

/** What a test's title says, as far as the source shows it: a literal, or a template up to its first `${`. */
function titleOf(call: ts.CallExpression): string | undefined {
  const [first, ...rest] = call.arguments;
  if (first === undefined || !rest.some((arg) => ts.isArrowFunction(arg) || ts.isFunctionExpression(arg))) return;
  if (ts.isStringLiteralLike(first)) return first.text;
  return ts.isTemplateExpression(first)
    ? first.head.text + first.templateSpans.map((s) => s.literal.text).join('…')
    : undefined;
}

/** Is it `it.skip(…)` or the like? Such a test shows nothing. */
const isSkipped = (call: ts.CallExpression): boolean => /\.(skip|todo)$/.test(call.expression.getText());

/**
 * Every call of a test file that names rows in its title: `it`, `describe`, `it.each(…)` and any wrapper that takes
 * a title and a function. Comments don't count, except in type tests, which have no titles (`// M1: …`).
 */
export function namedRows(source: string, chapters: string, options: { comments?: boolean } = {}): NamedRows[] {
  const file = ts.createSourceFile('test.ts', source, ts.ScriptTarget.Latest, true);
  const found: NamedRows[] = [];
  const add = (title: string, line: number): void => {
    const rows = rowsOfTitle(title, chapters);
    if (rows.length > 0) found.push({ title, line, rows });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node)) {
      if (isSkipped(node)) return;
      const title = titleOf(node);
      if (title !== undefined) add(title, file.getLineAndCharacterOfPosition(node.getStart()).line + 1);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  if (options.comments === true) {
    for (const [index, line] of source.split(/\r?\n/).entries()) {
      const comment = /^\s*(?:\/\/|\/?\*+)\s*(?<text>.+)$/.exec(line)?.groups?.['text'];
      if (comment !== undefined) add(comment, index + 1);
    }
  }
  return found;
}
