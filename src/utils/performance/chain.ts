import { currentTurn } from './turns.ts';

/** So long a pause, with other things done meanwhile, separates what a loop does from what comes again later. */
export const PAUSE_MS = 100;

/**
 * The statements of a session that follow each other closely: those of a loop, of a recursion, of resolvers that are called side by
 * side. What comes again after a while, as polling does, begins another.
 */
export class Chain {
  /** Which chain it is. */
  number = 0;
  #running = 0;
  #lastEnd = -Infinity;
  #lastTurn = -1;

  begins(at: number): void {
    if (this.#running === 0 && this.isOver(at)) this.number++;
    this.#running++;
  }

  ended(at: number): void {
    this.#running--;
    this.#lastEnd = at;
    this.#lastTurn = currentTurn();
  }

  /** Nothing runs, and nothing has for a while: of a process that was busy in one turn the clock says nothing. */
  isOver(at: number): boolean {
    return this.#running === 0 && at - this.#lastEnd > PAUSE_MS && currentTurn() !== this.#lastTurn;
  }
}
