import { EXIT } from '../output.ts';
import type { CommandDefinition } from '../command.ts';
import { applyWith } from './migrate.ts';
import type { ApplyFlags } from './migrate.ts';

/** `blaze rollback`: take back the last migration, or all that come after one. */
export const rollback: CommandDefinition<ApplyFlags & { readonly all?: true }> = {
  name: 'rollback',
  about: 'Take back the last migration, or all that come after the one that is named',
  examples: ['rollback', 'rollback 0003_add_slugs', 'rollback --all', 'rollback --confirm "drop table tag"'],
  define: (command) =>
    command
      .argument('[to]', 'the last one that stays applied')
      .option('--all', 'everything')
      .option('--confirm <phrase...>', 'what may be destroyed, by name: "drop table invoice"')
      .option('--force', 'destroy whatever there is to destroy')
      .option('--resume <how>', 'SQL of your own that was interrupted: done, or again')
      .option('--dry-run', 'show the steps, and do nothing'),
  async run(context, { all, ...flags }, to) {
    if (all === true || to !== undefined)
      return applyWith(context, 'back', { ...flags, ...(to === undefined ? {} : { to }) });
    const applied = await context.withEngine((engine) => engine.status());
    const there = applied.filter(({ state }) => state === 'applied' || state === 'reverting').map(({ name }) => name);
    if (there.length === 0) {
      context.output.line('There is nothing to take back.');
      context.output.json({ rolledBack: [] });
      return EXIT.ok;
    }
    const previous = there.at(-2);
    return applyWith(context, 'back', { ...flags, ...(previous === undefined ? {} : { to: previous }) });
  },
};
