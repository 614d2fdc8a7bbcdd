/** PostgreSQL's own parser, for every statement that is sent to it. */
import { loadModule, parseSync } from 'libpg-query';

import { engine } from '../support/database.ts';

if (engine.startsWith('postgres')) await loadModule();

const parsed = new Set<string>();

/** Throws where a statement is none of PostgreSQL. On other databases nothing is looked at. */
export function checkSyntax(statements: readonly string[]): void {
  if (!engine.startsWith('postgres')) return;
  for (const sql of statements) {
    if (parsed.has(sql)) continue;
    parseSync(sql);
    parsed.add(sql);
  }
}
