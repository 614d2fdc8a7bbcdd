import { relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Enough for the library's own frames, and for those of what stands between it and the application. */
const FRAMES = 60;
const FRAME = /^\s*at (?:async (?!.* \())?(?:.+? \()?(.+?):(\d+):(\d+)\)?$/;
const OWN_FILE = /\/utils\/performance\/call-site\.[jt]s$/;

const own = pathOf(import.meta.url);
/** The folder of this package; in a bundle its code is in one file with other code, and there is none. */
const library = OWN_FILE.test(own) ? own.replace(OWN_FILE, '/') : undefined;
/** Where source maps say that the code of the folder came from: beside it, as the package has it. */
const sources = library?.replace(/\/dist\/$/, '/src/');
/** Cases that are written as applications are. */
const cases = `${library}testing/conformance/`;

/**
 * The line of the application that is on the stack, or waits for what is: `src/feed.ts:41`. Awaiting functions are on it where
 * they wait for this one by `await`. Source maps count if the process has them on.
 */
export function callSite(): string | undefined {
  const limit = Error.stackTraceLimit;
  const at: { stack?: unknown } = {};
  Error.stackTraceLimit = FRAMES;
  Error.captureStackTrace(at, callSite);
  const { stack } = at;
  Error.stackTraceLimit = limit;
  // Whoever has replaced `Error.prepareStackTrace` may make anything of it.
  return typeof stack === 'string' ? siteIn(stack) : undefined;
}

/** The first frame of the application; failing that, the first of another package. */
export function siteIn(stack: string): string | undefined {
  let inPackage: string | undefined;
  for (const line of stack.split('\n')) {
    const [, where, row] = FRAME.exec(line) ?? [];
    if (where === undefined || where.startsWith('node:') || where.startsWith('<')) continue;
    const file = pathOf(where);
    if (isLibrary(file)) continue;
    const site = `${shown(file)}:${row}`;
    if (!file.includes('/node_modules/')) return site;
    inPackage ??= site;
  }
  return inPackage;
}

function isLibrary(file: string): boolean {
  if (library === undefined) return file === own || file.includes('/node_modules/blazeorm/');
  if (!file.startsWith(library)) return file.startsWith(sources!);
  return !file.startsWith(cases);
}

function pathOf(where: string): string {
  const path = where.startsWith('file:') ? fileURLToPath(where) : where;
  return sep === '/' ? path : path.replaceAll(sep, '/');
}

/** From the folder in which the process runs, if it is in there. */
function shown(file: string): string {
  const path = relative(process.cwd(), file).replaceAll(sep, '/');
  return path.startsWith('../') ? file : path;
}
