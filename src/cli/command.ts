import type { Command } from 'commander';
import type { Context } from './context.ts';

/** A command as `program.ts` registers it: what it is called and takes, and what it does. */
export interface CommandDefinition<O = object> {
  readonly name: string;
  readonly about: string;
  readonly examples: readonly string[];
  /** Arguments and options, in commander's words. */
  readonly define: (command: Command) => Command;
  /** Gives the exit code. */
  readonly run: (context: Context, options: O, ...args: string[]) => Promise<number>;
}
