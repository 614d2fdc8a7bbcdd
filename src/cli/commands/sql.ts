import { describeStep } from '../../schema/describe.ts';
import { EXIT } from '../output.ts';
import type { CommandDefinition } from '../command.ts';

/** `blaze sql`: the statements of migrations, for whoever applies them by other means. */
export const sql: CommandDefinition<{ readonly back?: true }> = {
  name: 'sql',
  about: 'Print the SQL of the migrations that are pending',
  examples: ['sql', 'sql 0003_add_slugs', 'sql --back'],
  define: (command) =>
    command
      .argument('[to]', 'the last one; with --back, the last one that stays')
      .option('--back', 'what takes them back'),
  async run(context, { back }, to) {
    const { output } = context;
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
