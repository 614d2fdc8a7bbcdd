import Table from 'cli-table3';
import pc from 'picocolors';
import { EXIT } from '../output.ts';
import type { CommandDefinition } from '../command.ts';

/** `blaze status`: each migration, and whether it is applied. */
export const status: CommandDefinition<{ readonly check?: true }> = {
  name: 'status',
  about: 'Show which migrations are applied',
  examples: ['status', 'status --check', '--json status'],
  define: (command) => command.option('--check', `exit with ${EXIT.pending} if some are pending`),
  async run(context, { check }) {
    const { output } = context;
    const all = await context.withEngine((engine) => engine.status());
    const table = new Table({ head: ['migration', 'state', 'at'], style: { head: [], border: [] } });
    for (const { name, state, at } of all)
      table.push([name, state === 'applied' ? pc.green(state) : pc.yellow(state), at?.toISOString() ?? '']);
    output.line(all.length === 0 ? 'There are no migrations.' : table.toString());
    output.json({ migrations: all });
    return check === true && all.some(({ state }) => state !== 'applied') ? EXIT.pending : EXIT.ok;
  },
};
