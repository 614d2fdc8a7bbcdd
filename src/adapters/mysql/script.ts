/** One of several statements: up to a semicolon outside of texts, names and comments. */
const STATEMENT = /(?:'(?:[^'\\]|\\[^]|'')*'|"(?:[^"\\]|\\[^]|"")*"|`[^`]*`|\/\*[^]*?\*\/|(?:--\s|#)[^\n]*|[^;])+/g;

/** The statements of a script, which servers take one at a time. */
export function splitScript(script: string): string[] {
  return (script.match(STATEMENT) ?? []).map((sql) => sql.trim()).filter((sql) => sql !== '');
}
