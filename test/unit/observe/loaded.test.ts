/** What the entries of the package load, by the imports of their files. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

import { expect, it } from 'vitest';

const source = join(import.meta.dirname, '../../../src');

/** Files and packages that an entry loads at once; imports of types and `import()` are not loaded. */
function loadedBy(entry: string): ReadonlySet<string> {
  const seen = new Set<string>();
  const visit = (file: string): void => {
    if (seen.has(file)) return;
    seen.add(file);
    const text = readFileSync(file, 'utf8');
    for (const [, name] of text.matchAll(/^(?:import|export)(?! type\b)[^;]*? from '([^']+)';/gm)) {
      const path = join(dirname(file), name!);
      if (name!.startsWith('.') && existsSync(path)) visit(path);
      else seen.add(name!);
    }
  };
  visit(join(source, entry));
  return new Set([...seen].map((name) => (name.startsWith(source) ? relative(source, name) : name)));
}

const lookers = (entry: string): string[] =>
  [...loadedBy(entry)].filter((name) => /^observe|opentelemetry|picocolors|pino/.test(name)).toSorted();

it('O4: who uses neither loggers for terminals nor OpenTelemetry loads nothing of them', () => {
  expect(loadedBy('index.ts').size).toBeGreaterThan(200);
  for (const entry of ['index.ts', 'sqlite.ts', 'postgres.ts', 'mysql.ts']) expect(lookers(entry)).toEqual([]);
  expect(lookers('logging.ts')).toEqual(['observe/highlight.ts', 'observe/terminal-logger.ts', 'picocolors']);
  expect(lookers('otel.ts')).toContain('@opentelemetry/api');
  expect(lookers('otel.ts').filter((name) => name.startsWith('@'))).toEqual(['@opentelemetry/api']);
});
