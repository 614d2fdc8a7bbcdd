import { join, relative } from 'node:path';
import { openAdapter } from '../../adapters/open.ts';
import type { Dialect } from '../../dialects/dialect.ts';
import { emptyMigration, makeMigration, mergeMigrations, possibleRenames } from '../../schema/makemigrations.ts';
import type { NewMigration } from '../../schema/makemigrations.ts';
import { describeOperation } from '../../schema/describe.ts';
import { printMigration } from '../../schema/print/print.ts';
import { askRenames } from '../prompts.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../output.ts';
import { writeNew } from '../write.ts';
import type { CommandDefinition } from '../command.ts';

interface Options {
  readonly name?: string;
  readonly merge?: true;
  readonly empty?: true;
  readonly check?: true;
  readonly dryRun?: true;
}

/** `blaze makemigrations`: what the models have and the migrations lack, as a new file. Touches no database. */
export const makemigrations: CommandDefinition<Options> = {
  name: 'makemigrations',
  about: 'Write a migration for what has changed in the models',
  examples: ['makemigrations', 'makemigrations --name add_slugs', 'makemigrations --check', 'makemigrations --merge'],
  define: (command) =>
    command
      .option('--name <name>', 'what it is called, after its number')
      .option('--merge', 'one that comes after all branches')
      .option('--empty', 'one without operations, to be written by hand')
      .option('--check', `write nothing; exit with ${EXIT.pending} if something has changed`)
      .option('--dry-run', 'print the file instead of writing it'),
  async run(context, options) {
    const { output, folder } = context;
    const { dialect } = await openAdapter(context.connection);
    const made = await make(context, dialect, options);
    if (made === undefined) {
      output.line('Nothing has changed.');
      output.json({ migration: null, operations: [] });
      return EXIT.ok;
    }
    const { name, operations } = made;
    const text = printMigration(made, { dialect, before: made.before });
    const path = join(folder, `${name}.ts`);
    const isWritten = options.check !== true && options.dryRun !== true;
    if (isWritten) await writeNew(path, text);
    output.line(`${isWritten ? 'written: ' : ''}${relative(process.cwd(), path)}`);
    for (const operation of operations) output.line(`  ${describeOperation(operation)}`);
    if (options.dryRun === true) output.line(`\n${text}`);
    output.json({ migration: name, written: isWritten, operations: operations.map(describeOperation), text });
    return options.check === true ? EXIT.pending : EXIT.ok;
  },
};

async function make(
  context: Context,
  dialect: Dialect,
  { name, merge, empty }: Options,
): Promise<NewMigration | undefined> {
  const files = await context.migrations();
  if (merge === true) return mergeMigrations(files, dialect);
  if (empty === true) return emptyMigration(files, name ?? 'manual');
  const models = await context.models();
  const renames = context.output.isTerminal ? await askRenames(possibleRenames(models, files, dialect)) : [];
  return makeMigration(models, files, dialect, { name, renames });
}
