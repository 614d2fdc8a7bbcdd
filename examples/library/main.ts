/** `npm run library`: a library's day as text. See README.md. */
import { Command } from 'commander';
import pc from 'picocolors';

import { type LibraryDay, runLibrary } from './run.ts';

const { database, json } = new Command('library')
  .description('A library through BlazeORM: loans, savepoints, a conflict of versions, rules, a log by hooks.')
  .option('--database <dsn>', 'an empty database', 'sqlite::memory:')
  .option('--json', 'print one JSON object in place of text')
  .parse()
  .opts<{ database: string; json?: true }>();

try {
  const day = await runLibrary(database);
  process.stdout.write(json ? `${JSON.stringify(day, null, 2)}\n` : formatDay(day));
} catch (error) {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  process.stderr.write(`${pc.red('error:')} ${process.env['DEBUG'] ? stack : message.replaceAll(/\s*\n\s*/g, ' ')}\n`);
  process.exitCode = 1;
}

function formatDay({ loans, counted, problems, catalogue, genres, audit }: LibraryDay): string {
  const sections: [title: string, lines: readonly string[]][] = [
    [
      'Catalogue',
      catalogue.map(
        ({ title, writer, genres: kinds, free }) =>
          `${title} ${pc.dim(`by ${writer}, ${kinds.join(' and ')}, on the shelf: ${free}`)}`,
      ),
    ],
    ...loans.map(({ lent, refused }, i): [string, string[]] => [
      `Loan ${i + 1}`,
      [...lent, ...refused.map((line) => pc.yellow(line))],
    ]),
    ['Counted twice', [`conflict: ${counted.conflict}, copies: ${counted.copies}`]],
    ['A card that is refused', Object.entries(problems).map(([field, codes]) => `${field}: ${codes.join(', ')}`)],
    ['Genres', genres.map(({ name, titles }) => `${name} (${titles})`)],
    ['Log', audit.lines],
  ];
  return sections
    .map(([title, lines]) => `${pc.bold(title)}\n${lines.map((line) => `  ${line}\n`).join('')}`)
    .join('\n');
}
