/** A list of checks, run two at a time, with one line for each and the whole output of those that fail. */
import { performance } from 'node:perf_hooks';

import pc from 'picocolors';

import type { RunResult } from './run.ts';

export interface Step {
  readonly name: string;
  /** What was looked at, in a few words; shown beside the name. */
  readonly about: string;
  readonly run: () => Promise<RunResult>;
}

/** Runs all steps, never stopping at the first failure, and gives the names of those that failed. */
export async function runSteps(steps: readonly Step[], atOnce = 2): Promise<readonly string[]> {
  const waiting = [...steps];
  const failed: { step: Step; output: string }[] = [];
  const width = Math.max(...steps.map((step) => step.name.length));

  const work = async (): Promise<void> => {
    for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) {
      const start = performance.now();
      const { code, output } = await step.run();
      const seconds = ((performance.now() - start) / 1000).toFixed(1);
      const mark = code === 0 ? pc.green('✓') : pc.red('✗');
      process.stdout.write(
        `${mark} ${step.name.padEnd(width)}  ${pc.dim(`${seconds.padStart(5)} s  ${step.about}`)}\n`,
      );
      if (code !== 0) failed.push({ step, output });
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));

  for (const { step, output } of failed) {
    process.stdout.write(`\n${pc.red(pc.bold(step.name))} ${pc.dim(step.about)}\n${output.trimEnd()}\n`);
  }
  return failed.map(({ step }) => step.name);
}
