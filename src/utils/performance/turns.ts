import { setImmediate } from 'node:timers';

let turn = 0;
let expected = false;

/**
 * The number of the event loop's turn, as far as anybody asks: it is another one when timers and sockets have had their turn since it
 * was asked for last. What follows each other by promises alone is in one turn.
 */
export function currentTurn(): number {
  if (!expected) {
    expected = true;
    setImmediate(next);
  }
  return turn;
}

function next(): void {
  expected = false;
  turn++;
}
