import type { Position } from './replication.ts';

interface Sample {
  readonly time: number;
  readonly position: Position;
}

/**
 * What is known of the primary's log: where what this process wrote ends, and, if replicas may not lag, where the log ended
 * at some times. Whoever has replayed up to such a place has everything of that time: no clock of a server is asked.
 */
export class PrimaryLog {
  readonly #maxLag: number | undefined;
  #position: Position = 0;
  #asking = 0;
  /** Writes after which the position could not be asked for, and how many of these a later answer has covered. */
  #lost = 0;
  #covered = 0;
  /** In the order of time. */
  #samples: Sample[] = [];

  constructor(maxLag: number | undefined) {
    this.#maxLag = maxLag;
  }

  /** All that this process wrote is before it; undefined while that is not known. */
  get written(): Position | undefined {
    return this.#asking > 0 || this.isLost ? undefined : this.#position;
  }

  /** Whether the position has to be asked for again, because nobody knows what a write has come to. */
  get isLost(): boolean {
    return this.#covered < this.#lost;
  }

  /** Something may have been written: nothing is known until the answer is there. */
  async follow(ask: () => Promise<Position>): Promise<void> {
    const lost = this.#lost;
    this.#asking++;
    try {
      const position = await this.observe(ask);
      if (position > this.#position) this.#position = position;
      this.#covered = Math.max(this.#covered, lost);
    } catch {
      this.#lost++;
    } finally {
      this.#asking--;
    }
  }

  /** Ask where the log ends. */
  async observe(ask: () => Promise<Position>): Promise<Position> {
    // Before the question: what the log held then is before the answer.
    const time = performance.now();
    const position = await ask();
    if (this.isStale(time)) {
      const maxLag = this.#maxLag!;
      this.#samples = this.#samples.filter((sample) => time - sample.time <= maxLag);
      this.#samples.push({ time, position });
    }
    return position;
  }

  /** Whether a replica that has come so far lags no more than it may. */
  isRecent(position: Position, now: number): boolean {
    const maxLag = this.#maxLag;
    if (maxLag === undefined) return true;
    return this.#samples.some((sample) => sample.position <= position && now - sample.time <= maxLag);
  }

  /** Whether it is time to observe. */
  isStale(now: number): boolean {
    if (this.#maxLag === undefined) return false;
    const last = this.#samples.at(-1);
    return last === undefined || now - last.time > this.#maxLag / 4;
  }
}
