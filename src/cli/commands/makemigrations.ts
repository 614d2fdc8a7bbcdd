import { join, relative } from 'node:path';
import { openAdapter } from '../../adapters/open.ts';
import type { Dialect } from '../../dialects/dialect.ts';
import {
  changesOf,
  emptyMigration,
  makeMigration,
  mergeMigrations,
  possibleRenames,
  withRenames,
} from '../../schema/makemigrations.ts';
import type { NewMigration } from '../../schema/makemigrations.ts';
import { describeOperation } from '../../schema/describe.ts';
import { analyse } from '../../schema/safety/analyse.ts';
import type { Stage } from '../../schema/safety/finding.ts';
import { inWords } from '../../schema/safety/refuse.ts';
import { safetyContext, stagedMigrations } from '../../schema/safety/staged.ts';
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
  readonly safe?: true;
}

/** `blaze makemigrations`: what the models have and the migrations lack, as a new file. Touches no database. */
export const makemigrations: CommandDefinition<Options> = {
  name: 'makemigrations',
  about: 'Write a migration for what has changed in the models',
  examples: [
    'makemigrations',
    'makemigrations --name add_slugs',
    'makemigrations --check',
    'makemigrations --merge',
    'makemigrations --safe',
  ],
  define: (command) =>
    command
      .option('--name <name>', 'what it is called, after its number')
      .option('--merge', 'one that comes after all branches')
      .option('--empty', 'one without operations, to be written by hand')
      .option('--safe', 'in stages that hurt nobody who uses the database meanwhile')
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
    const safety = await safetyContext(made, dialect);
    const stages = options.safe === true ? stagedMigrations(made, safety) : [made];
    const files = stages.map((stage) => ({
      ...stage,
      text: textOf(stage, dialect),
      path: join(folder, `${stage.name}.ts`),
    }));
    const isWritten = options.check !== true && options.dryRun !== true;
    if (isWritten) for (const { path, text } of files) await writeNew(path, text);
    for (const { path, operations, text } of files) {
      output.line(`${isWritten ? 'written: ' : ''}${relative(process.cwd(), path)}`);
      for (const operation of operations) output.line(`  ${describeOperation(operation)}`);
      if (options.dryRun === true) output.line(`\n${text}`);
    }
    const findings = stages.flatMap((stage) => analyse(stage.operations, stage.before, safety));
    for (const finding of findings) if (finding.severity !== 'advice') output.line(inWords(finding));
    const [{ name, text }] = files as [(typeof files)[number]];
    output.json({
      migration: name,
      written: isWritten,
      operations: made.operations.map(describeOperation),
      text,
      ...(options.safe === true ? { stages: files.map((file) => ({ migration: file.name, text: file.text })) } : {}),
      findings: findings.map(({ rule, name: what, severity, what: happens, remedy }) => ({
        rule,
        name: what,
        severity,
        what: happens,
        remedy,
      })),
    });
    return options.check === true ? EXIT.pending : EXIT.ok;
  },
};

/** A file; what has to be done before it, and before the next one, stands above it. */
function textOf(stage: NewMigration & Pick<Stage, 'first' | 'then'>, dialect: Dialect): string {
  const { first, then } = stage;
  return [
    ...(first === undefined ? [] : [`// Before this one is applied: ${first}`]),
    ...(then === undefined ? [] : [`// Before the next one is applied: ${then}`]),
    printMigration(stage, { dialect, before: stage.before }),
  ].join('\n');
}

async function make(
  context: Context,
  dialect: Dialect,
  { name, merge, empty }: Options,
): Promise<NewMigration | undefined> {
  const files = await context.migrations();
  if (merge === true) return mergeMigrations(files, dialect);
  if (empty === true) return emptyMigration(files, name ?? 'manual');
  const changes = changesOf(await context.models(), files, dialect);
  const renames = context.output.isTerminal ? await askRenames(possibleRenames(changes)) : [];
  return makeMigration(withRenames(changes, renames), name);
}
