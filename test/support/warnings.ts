/** The warnings of the library that the process hears while a function runs, each as its code and its text. */
export async function warningsOf(run: () => unknown): Promise<string[]> {
  const heard: string[] = [];
  const listen = (warning: Error & { readonly code?: string }): void => {
    if (warning.name === 'BlazeWarning') heard.push(`${warning.code}: ${warning.message}`);
  };
  process.on('warning', listen);
  try {
    await run();
    // A warning is told in the next tick.
    await new Promise((resolve) => setImmediate(resolve));
  } finally {
    process.off('warning', listen);
  }
  return heard;
}
