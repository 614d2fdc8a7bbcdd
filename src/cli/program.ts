import { Command, CommanderError } from 'commander';
import pc from 'picocolors';
import { BlazeError } from '../utils/errors.ts';
import { ConfirmationRequiredError, UnsafeMigrationError } from '../utils/migration-errors.ts';
import { adopt } from './commands/adopt.ts';
import { check } from './commands/check.ts';
import { erd } from './commands/erd.ts';
import { drift } from './commands/drift.ts';
import { init } from './commands/init.ts';
import { inspect } from './commands/inspect.ts';
import { makemigrations } from './commands/makemigrations.ts';
import { migrate } from './commands/migrate.ts';
import { rollback } from './commands/rollback.ts';
import { seed } from './commands/seed.ts';
import { sql } from './commands/sql.ts';
import { status } from './commands/status.ts';
import { verify } from './commands/verify.ts';
import { Context } from './context.ts';
import type { CommandDefinition } from './command.ts';
import type { CommonOptions } from './context.ts';
import { createOutput, EXIT } from './output.ts';
import type { Output } from './output.ts';

const COMMANDS = [
  makemigrations,
  migrate,
  rollback,
  status,
  check,
  sql,
  verify,
  drift,
  adopt,
  inspect,
  erd,
  seed,
] as unknown as readonly CommandDefinition[]; // Named cast: each knows its own options.

/** Where the command line runs: replaced by tests. */
export interface Surroundings {
  readonly cwd: string;
  readonly out: NodeJS.WriteStream;
  readonly err: NodeJS.WriteStream;
}

/**
 * The command line.
 *
 * @param args Without the program and its file.
 * @returns The exit code.
 */
export async function runCli(args: readonly string[], surroundings: Surroundings): Promise<number> {
  let code: number = EXIT.ok;
  const program = new Command('blaze')
    .description('Migrations, introspection and checks for BlazeORM.')
    .option('--config <file>', 'the configuration (default: blaze.config.ts in this folder)')
    .option('--url <dsn>', 'another database than the configuration says')
    .option('--json', 'one JSON document on standard output')
    .showHelpAfterError('Try: blaze --help')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => surroundings.out.write(text),
      writeErr: (text) => surroundings.err.write(text),
    });
  const outputOf = (): Output => createOutput(program.opts<{ json?: true }>().json === true, surroundings);
  program
    .command('init')
    .description(init.about)
    .action(async () => {
      code = await init.run(surroundings.cwd, outputOf());
    });
  for (const { name, about, examples, define, run } of COMMANDS)
    define(program.command(name).description(about))
      .addHelpText('after', `\nExamples:\n${examples.map((example) => `  $ blaze ${example}`).join('\n')}`)
      .action(async (...given: unknown[]) => {
        const [options, ...args] = [given.at(-2), ...given.slice(0, -2)] as [object, ...string[]];
        const context = await Context.open(surroundings.cwd, outputOf(), program.opts<CommonOptions>());
        code = await run(context, options, ...args.filter((arg) => arg !== undefined));
      });
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    return failed(error, program.opts<{ json?: true }>().json === true, surroundings);
  }
  return code;
}

/** What went wrong, in one line for what is ours; with its stack for what is not. */
function failed(error: unknown, isJson: boolean, { out, err }: Surroundings): number {
  // Help and its like end this way as well; commander has said what there is to say.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (!(error instanceof BlazeError)) {
    err.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    return EXIT.failed;
  }
  if (isJson) out.write(`${JSON.stringify({ error: { code: error.code, message: error.message } }, null, 2)}\n`);
  else err.write(`${pc.red('✗')} ${error.message}\n`);
  return error instanceof ConfirmationRequiredError || error instanceof UnsafeMigrationError
    ? EXIT.refused
    : EXIT.failed;
}
