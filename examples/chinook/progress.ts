/** The progress of a load, for whoever watches. */
import { SingleBar } from 'cli-progress';
import pc from 'picocolors';

import type { LoadListener } from './demo.ts';

/** A bar on stderr, so that stdout holds nothing but the result; none where nobody is at the terminal. */
export function progressBar(): LoadListener {
  if (!process.stderr.isTTY) return {};
  const bar = new SingleBar({
    format: `Loading ${pc.cyan('{bar}')} {percentage}% | {value}/{total} rows | {model}`,
    stream: process.stderr,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    hideCursor: true,
    stopOnComplete: true,
    clearOnComplete: true,
  });
  return {
    onStart: (rows) => bar.start(rows, 0, { model: '' }),
    onProgress: (model, rows) => bar.increment(rows, { model }),
  };
}
