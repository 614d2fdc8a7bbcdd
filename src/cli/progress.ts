import { SingleBar } from 'cli-progress';
import pc from 'picocolors';
import { describeStep } from '../schema/describe.ts';
import type { Progress } from '../schema/engine/run.ts';
import type { Output } from './output.ts';

/** Shows how far migrations have come: a line for each, and a bar for rows on a terminal. */
export function showProgress(output: Output): {
  readonly tell: (progress: Progress) => void;
  readonly end: () => void;
} {
  let bar: SingleBar | undefined;
  const end = (): void => {
    bar?.stop();
    bar = undefined;
  };
  const tell = ({ migration, direction, done, steps, step, rows }: Progress): void => {
    if (rows !== undefined && output.isTerminal) {
      bar ??= started(rows.total);
      bar.update(rows.done);
      return;
    }
    end();
    if (step === undefined) output.line(`${pc.green('✓')} ${migration}${direction === 'back' ? ' taken back' : ''}`);
    else if (output.isTerminal) output.note(`  ${done + 1}/${steps} ${describeStep(step).split('\n')[0]!}`);
  };
  return { tell, end };
}

function started(total: number | undefined): SingleBar {
  const bar = new SingleBar({ format: '  {bar} {value}/{total} rows', hideCursor: true });
  bar.start(total ?? 0, 0);
  return bar;
}
