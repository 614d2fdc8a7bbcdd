/** Whether a promise has been settled; `promise` is when, and never rejects. */
export interface SettledLater {
  readonly promise: Promise<void>;
  readonly settled: boolean;
}

export function settledLater(promise: Promise<unknown>): SettledLater {
  const state = { settled: false, promise: promise.then(noop, noop).then(() => void (state.settled = true)) };
  return state;
}

function noop(): void {}
