import { openAdapter } from '../../adapters/open.ts';
import { changesOf } from '../../schema/makemigrations.ts';
import { describeOperation } from '../../schema/describe.ts';
import { findingsOf } from '../../schema/safety/plans.ts';
import { inWords } from '../../schema/safety/refuse.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../output.ts';
import type { CommandDefinition } from '../command.ts';

/** `blaze check`: models and migrations agree, and the files fit together. Touches no database, but for what is pending there. */
export const check: CommandDefinition<{ readonly safety?: true }> = {
  name: 'check',
  about: `Exit with ${EXIT.pending} if the models have something that no migration makes`,
  examples: ['check', '--json check', 'check --safety'],
  define: (command) =>
    command.option(
      '--safety',
      `what pending migrations do to those who use the database; exit with ${EXIT.refused} if they would be refused`,
    ),
  async run(context, { safety }) {
    if (safety === true) return checkSafety(context);
    const { output } = context;
    const { dialect } = await openAdapter(context.connection);
    const changes = changesOf(await context.models(), await context.migrations(), dialect);
    const operations = changes.operations.map(describeOperation);
    if (operations.length === 0) output.line('Models and migrations agree.');
    else output.line(`The models have what no migration makes:\n${operations.map((text) => `  ${text}`).join('\n')}`);
    output.json({ pending: operations });
    return operations.length === 0 ? EXIT.ok : EXIT.pending;
  },
};

/** The findings of what is pending, advice too. */
async function checkSafety(context: Context): Promise<number> {
  const { output } = context;
  const { dialect } = await openAdapter(context.connection);
  const plans = await context.withEngine((engine) => engine.plan());
  const findings = await findingsOf(plans, dialect);
  const refused = findings.filter(({ severity }) => severity !== 'advice');
  if (findings.length === 0) output.line('What is pending hurts nobody.');
  for (const finding of findings) output.line(inWords(finding));
  output.json({
    migrations: plans.map(({ migration }) => migration.name),
    findings: findings.map(({ rule, name, severity, what, grows, remedy }) => ({
      rule,
      name,
      severity,
      what,
      grows,
      remedy,
    })),
  });
  return refused.length === 0 ? EXIT.ok : EXIT.refused;
}
