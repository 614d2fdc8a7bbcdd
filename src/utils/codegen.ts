/**
 * Functions made for one shape. A generated function has constant property names and offsets, which is what lets the
 * engine give all entities of a model one hidden class. Every name goes in as a JSON string, never as code.
 */

/** Whether this process may compile text (it may not under `--disallow-code-generation-from-strings`). Decided once. */
export const canCompile: boolean = (() => {
  try {
    // oxlint-disable-next-line typescript/no-implied-eval -- asks whether code may be generated at all
    return new Function('return true')() === true;
  } catch (error) {
    if (error instanceof EvalError) return false;
    throw error;
  }
})();

/** A property name as a quoted literal of JavaScript source. */
export function quoted(name: string): string {
  return JSON.stringify(name)
    .replace(/\u2028/g, '\\u2028')
    .replace(/\u2029/g, '\\u2029');
}

/**
 * Compile `body` with the named `scope` in reach. The result's type is the caller's claim: the only cast that
 * generated code needs, made here by name.
 */
export function compileFunction<F>(scope: Readonly<Record<string, unknown>>, body: string): F {
  // oxlint-disable-next-line typescript/no-implied-eval -- the one place where code is generated; no text from outside gets here
  return new Function(...Object.keys(scope), `'use strict';\n${body}`)(...Object.values(scope)) as F;
}
