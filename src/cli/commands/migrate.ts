import pc from 'picocolors';
import { ConfigError } from '../../utils/errors.ts';
import { destroyedBy } from '../../schema/engine/destructive.ts';
import type { MigrationEngine } from '../../migrations.ts';
import type { PlannedMigration } from '../../schema/engine/plan.ts';
import type { ApplyOptions } from '../../schema/engine/options.ts';
import { describeStep } from '../../schema/describe.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../output.ts';
import { confirmAtTerminal } from '../prompts.ts';
import type { CommandDefinition } from '../command.ts';
import { showProgress } from '../progress.ts';

export interface ApplyFlags {
  readonly to?: string;
  readonly confirm?: readonly string[];
  readonly acknowledge?: readonly string[];
  readonly force?: true;
  readonly fake?: true;
  readonly dryRun?: true;
  /** How many at most, as it was typed. */
  readonly count?: string;
  readonly resume?: 'done' | 'again';
}

/** `blaze migrate`: apply what is pending. */
export const migrate: CommandDefinition<ApplyFlags> = {
  name: 'migrate',
  about: 'Apply the migrations that are pending',
  examples: [
    'migrate',
    'migrate 0003_add_slugs',
    'migrate --count 1',
    'migrate --dry-run',
    'migrate --confirm "drop table invoice"',
  ],
  define: (command) =>
    command
      .argument('[to]', 'the last one to apply')
      .option('--confirm <phrase...>', 'what may be destroyed, by name: "drop table invoice"')
      .option(
        '--acknowledge <name...>',
        'what may hurt those who use the database, by name: "add index post_title_idx"',
      )
      .option('--force', 'destroy, and hurt, whatever there is to')
      .option('--count <n>', 'how many to apply, at most')
      .option('--fake', 'remember them as applied, and do nothing')
      .option('--resume <how>', 'SQL of your own that was interrupted: done, or again')
      .option('--dry-run', 'show the steps, and do nothing'),
  run: (context, flags, to) => applyWith(context, 'forward', { ...flags, ...(to === undefined ? {} : { to }) }),
};

/** Apply migrations, or take them back: asked and shown in the same way. */
export async function applyWith(
  context: Context,
  direction: PlannedMigration['direction'],
  flags: ApplyFlags,
): Promise<number> {
  const { output } = context;
  const { to, dryRun, count: typed, ...rest } = flags;
  const count = typed === undefined ? undefined : wholeNumber(typed);
  const progress = showProgress(output);
  return context.withEngine(
    async (engine) => {
      const plans = await engine.plan({ to, count, back: direction === 'back' });
      if (dryRun === true) return show(context, plans);
      const options: ApplyOptions = { to, count, ...rest, confirm: await confirmed(context, plans, flags) };
      const done = await run(engine, direction, options);
      progress.end();
      if (done.length === 0)
        output.line(direction === 'forward' ? 'Everything is applied.' : 'There is nothing to take back.');
      output.json({
        [direction === 'forward' ? 'applied' : 'rolledBack']: done.map(({ migration }) => migration.name),
      });
      return EXIT.ok;
    },
    { onProgress: progress.tell },
  );
}

/** @throws ConfigError for what is none. */
function wholeNumber(text: string): number {
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw new ConfigError('--count takes a whole number of at least 1.', { field: 'count' });
}

function run(
  engine: MigrationEngine,
  direction: PlannedMigration['direction'],
  options: ApplyOptions,
): Promise<PlannedMigration[]> {
  return direction === 'forward' ? engine.migrate(options) : engine.rollback(options);
}

/** On a terminal, what is destroyed is asked about by its name. */
async function confirmed(
  { output }: Context,
  plans: readonly PlannedMigration[],
  flags: ApplyFlags,
): Promise<readonly string[]> {
  const given = flags.confirm ?? [];
  if (flags.force === true || flags.fake === true || !output.isTerminal) return given;
  const phrases = plans.flatMap(({ operations, before }) => destroyedBy(operations, before));
  const typed: string[] = [];
  for (const phrase of new Set(phrases)) if (!given.includes(phrase)) typed.push(await confirmAtTerminal(phrase));
  return [...given, ...typed];
}

function show({ output }: Context, plans: readonly PlannedMigration[]): number {
  for (const { migration, steps } of plans) {
    output.line(pc.bold(migration.name));
    for (const step of steps) output.line(`${describeStep(step)}${pc.dim(';')}`);
  }
  if (plans.length === 0) output.line('There is nothing to do.');
  output.json({
    plan: plans.map(({ migration, steps }) => ({ migration: migration.name, steps: steps.map(describeStep) })),
  });
  return EXIT.ok;
}
