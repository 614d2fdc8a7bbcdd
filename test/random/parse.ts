/** PostgreSQL's own parser, for every statement that is sent to it. */
import { loadModule, parseSync } from 'libpg-query';

import { placeholdersIn, POSTGRES_LEXICON } from '../../src/dialects/placeholders.ts';
import { engine } from '../support/database.ts';

if (engine.startsWith('postgres')) await loadModule();

const parsed = new Set<string>();

/** Throws where a statement is none of PostgreSQL, or names a value twice: other databases have no numbers for them. On other databases nothing is looked at. */
export function checkSyntax(statements: readonly string[]): void {
  if (!engine.startsWith('postgres')) return;
  for (const sql of statements) {
    if (parsed.has(sql)) continue;
    parseSync(sql);
    const numbers = placeholdersIn(sql, POSTGRES_LEXICON).map(({ text }) => text);
    const each = numbers.map((_, i) => `$${i + 1}`);
    if (numbers.join() !== each.join()) throw new Error(`Placeholders are not one for each value: ${sql}`);
    parsed.add(sql);
  }
}
