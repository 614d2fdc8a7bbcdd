import { describeStep } from '../../schema/describe.ts';
import { ConfigError } from '../../utils/errors.ts';
import { EXIT } from '../output.ts';
import type { CommandDefinition } from '../command.ts';

/** `blaze sql`: the statements of migrations, for whoever applies them by other means. */
export const sql: CommandDefinition<{ readonly back?: true; readonly idempotent?: true }> = {
  name: 'sql',
  about: 'Print the SQL of the migrations that are pending',
  examples: ['sql', 'sql 0003_add_slugs', 'sql --back', 'sql --idempotent > migrate.sql'],
  define: (command) =>
    command
      .argument('[to]', 'the last one; with --back, the last one that stays')
      .option('--back', 'what takes them back')
      .option(
        '--idempotent',
        'all of them as one script, with their record, that does what is missing wherever it runs',
      ),
  async run(context, { back, idempotent }, to) {
    const { output } = context;
    if (idempotent === true) {
      if (back === true)
        throw new ConfigError('--idempotent is a way forward, and --back the way back.', { remedy: 'Leave one out.' });
      const script = await context.withEngine((engine) => engine.script({ idempotent: true, to }));
      output.line(script);
      output.json({ script });
      return EXIT.ok;
    }
    const plans = await context.withEngine((engine) => engine.plan({ to, back: back === true }));
    for (const { migration, steps } of plans) {
      output.line(`-- ${migration.name}`);
      for (const step of steps) output.line(`${describeStep(step)};`);
    }
    output.json({
      plan: plans.map(({ migration, steps }) => ({ migration: migration.name, steps: steps.map(describeStep) })),
    });
    return EXIT.ok;
  },
};
