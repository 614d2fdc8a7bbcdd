/** Spaces and comments before the first word. */
const BEFORE = /^(?:\s|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)*/;
const READS = /^(?:SELECT|VALUES|TABLE|SHOW|EXPLAIN|DESCRIBE|PRAGMA|\()/i;
const WITH = /^WITH\b/i;
const WRITES = /\b(?:INSERT|UPDATE|DELETE|MERGE|REPLACE)\s/i;
/** Texts and quoted names may say anything. */
const QUOTED = /'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`/g;
const S = 83;

/** Whether a text reads or writes, by its first word: what this library writes begins with it. */
export function statementKind(sql: string): 'read' | 'write' {
  if (sql.charCodeAt(0) === S && sql.startsWith('SELECT')) return 'read';
  const text = sql.replace(BEFORE, '');
  if (READS.test(text)) return 'read';
  return WITH.test(text) && !WRITES.test(text.replace(QUOTED, '?')) ? 'read' : 'write';
}
