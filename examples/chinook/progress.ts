/** The progress of a load, for whoever watches. */
import { SingleBar } from 'cli-progress';
import pc from 'picocolors';

import type { LoadListener } from './demo.ts';

/** A listener that can be told that there is nothing more to come. */
export interface Progress extends LoadListener {
  readonly stop: () => void;
}

/** A bar on stderr, so that stdout holds nothing but the result; none where nobody is at the terminal. */
export function progressBar(): Progress {
  if (!process.stderr.isTTY) return { stop: () => {} };
  const bar = new SingleBar({
    format: `Loading ${pc.cyan('{bar}')} {percentage}% | {value}/{total} rows | {model}`,
    stream: process.stderr,
    barsize: 24,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    clearOnComplete: true,
    // The terminal is left as it is, so that there is nothing to restore when Ctrl-C ends the process.
    linewrap: true,
    gracefulExit: false,
  });
  return {
    onStart: (rows) => bar.start(rows, 0, { model: '' }),
    onProgress: (model, rows) => bar.increment(rows, { model }),
    stop: () => bar.stop(),
  };
}
