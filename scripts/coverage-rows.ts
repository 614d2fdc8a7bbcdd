/**
 * `npm run coverage:rows`: which rows of docs/requirements.md are named by a test, and which are not yet.
 *
 * `--json` prints one object; `--quiet` prints only titles that name a row that does not exist (exit code 1).
 */
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';

import Table from 'cli-table3';
import pc from 'picocolors';

import { filesUnder } from './support/files.ts';
import { namedRows, parseRows } from './support/rows.ts';
import { root } from './support/run.ts';

const { values: options } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    quiet: { type: 'boolean', default: false },
    /** Another project's root; for tests. */
    root: { type: 'string', default: root },
  },
});

const rows = parseRows(readFileSync(join(options.root, 'docs', 'requirements.md'), 'utf8'));
const chapters = [...new Set(rows.map((row) => row.id.charAt(0)))].join('');

interface Naming {
  readonly file: string;
  readonly line: number;
  readonly title: string;
}

const tests = new Map<string, Naming[]>(rows.map((row) => [row.id, []]));
const unknown: (Naming & { row: string })[] = [];
const cases = join('src', 'testing', 'conformance');
for (const path of ['test', cases].flatMap((folder) => filesUnder(join(options.root, folder), '.ts'))) {
  const file = relative(options.root, path);
  const comments = file.startsWith(join('test', 'types'));
  if (!comments && !file.endsWith('.test.ts') && !file.startsWith(join('test', 'conformance'))) continue;
  for (const { title, line, rows: ids } of namedRows(readFileSync(path, 'utf8'), chapters, { comments })) {
    for (const row of ids) {
      const list = tests.get(row);
      if (list === undefined) unknown.push({ file, line, title, row });
      else list.push({ file, line, title });
    }
  }
}

const named = rows.filter((row) => (tests.get(row.id)?.length ?? 0) > 0);
const missing = rows.filter((row) => !named.includes(row));

if (options.json) {
  const counts = { rows: rows.length, named: named.length, missing: missing.length };
  const byRow = Object.fromEntries(named.map((row) => [row.id, tests.get(row.id)]));
  process.stdout.write(
    `${JSON.stringify({ counts, named: byRow, missing: missing.map((row) => row.id), unknown }, null, 2)}\n`,
  );
} else if (!options.quiet) {
  const short = (text: string): string => (text.length > 72 ? `${text.slice(0, 71)}…` : text);
  const style = { head: [], border: [], compact: true };
  const done = new Table({ head: ['row', 'tests', 'what it says', 'first test'], style });
  for (const row of named) {
    const list = tests.get(row.id) ?? [];
    done.push([pc.green(row.id), String(list.length), short(row.text), `${list[0]?.file}:${list[0]?.line}`]);
  }
  const open = new Table({ head: ['row', 'chapter', 'named by no test yet'], style });
  for (const row of missing) open.push([pc.yellow(row.id), row.chapter, short(row.text)]);
  if (named.length > 0) process.stdout.write(`${done.toString()}\n\n`);
  if (missing.length > 0) process.stdout.write(`${open.toString()}\n\n`);
  process.stdout.write(`${named.length} of ${rows.length} rows are named by a test; ${missing.length} are not\n`);
}

for (const { file, line, title, row } of unknown) {
  process.stderr.write(`${file}:${line}: there is no row ${row} ("${title}")\n`);
}
process.exitCode = unknown.length > 0 ? 1 : 0;
