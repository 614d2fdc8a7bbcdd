import { emitWarning } from './warnings.ts';
import type { Warn } from './warnings.ts';

/** Something of the application's that is only to look on, and must not fail what it looks at: its first fault is a warning, others are not told. */
export class ReportedOnce {
  readonly #code: string;
  readonly #what: string;
  readonly #warn: Warn;
  #reported = false;

  /** @param what How the warning begins: `The logger`. */
  constructor(code: string, what: string, warn: Warn = emitWarning) {
    this.#code = code;
    this.#what = what;
    this.#warn = warn;
  }

  report(error: unknown): void {
    if (this.#reported) return;
    this.#reported = true;
    const reason = error instanceof Error ? `${error.name}: ${error.message}` : 'it threw what is no error.';
    this.#warn(this.#code, `${this.#what} failed, and is not reported again: ${reason}`);
  }
}
