import { describeOperation } from '../../schema/describe.ts';
import { EXIT } from '../output.ts';
import type { CommandDefinition } from '../command.ts';

/** `blaze verify`: each migration up, down and up again, on a database made for that. */
export const verify: CommandDefinition<{ readonly scratch?: string }> = {
  name: 'verify',
  about: 'Apply each migration to an empty database, take it back, and apply it again',
  examples: ['verify', 'verify --scratch postgres://localhost/scratch'],
  define: (command) =>
    command.option('--scratch <dsn>', 'an empty database (default: scratchUrl, or one in memory for SQLite)'),
  async run(context, { scratch }) {
    const { output } = context;
    const problems = await context.withScratch(scratch, (engine) => engine.verify());
    for (const { migration, when, differences, error } of problems) {
      output.line(
        `${migration} ${when === 'back' ? 'is not taken back' : 'is not the same when it is applied again'}:`,
      );
      for (const operation of differences) output.line(`  ${describeOperation(operation)}`);
      if (error !== undefined) output.line(`  ${error.message}`);
    }
    if (problems.length === 0) output.line('Every migration can be taken back and applied again.');
    output.json({
      problems: problems.map(({ migration, when, differences, error }) => ({
        migration,
        when,
        differences: differences.map(describeOperation),
        ...(error === undefined ? {} : { error: error.message }),
      })),
    });
    return problems.length === 0 ? EXIT.ok : EXIT.failed;
  },
};
