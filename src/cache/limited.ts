/** What took longer than it may. */
export class TooSlowError extends Error {
  override readonly name = 'TooSlowError';
  readonly code = 'TIMEOUT';
}

/** The same promise, for so many milliseconds at most. What it comes to later is nobody's. */
export async function limited<T>(promise: PromiseLike<T>, milliseconds: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TooSlowError(`no answer in ${milliseconds} ms`)), milliseconds);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
