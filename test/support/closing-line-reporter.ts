import type { Reporter, SerializedError, TestModule } from 'vitest/node';

/** What a run came to. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** `12 passed, 0 failed`, with `, 3 skipped` only where something was skipped. */
export function closingLine({ passed, failed, skipped }: Tally): string {
  const line = `${passed} passed, ${failed} failed`;
  return skipped > 0 ? `${line}, ${skipped} skipped` : line;
}

/**
 * Counts tests, and what fails outside a test: a file that can't be loaded, a hook of a suite that throws, an
 * unhandled rejection. Each is a failure of the run, so each counts as one.
 */
export function tally(modules: readonly TestModule[], unhandled: readonly SerializedError[]): Tally {
  let passed = 0;
  let skipped = 0;
  let failed = unhandled.length;
  for (const module of modules) {
    if (module.errors().length > 0) failed += 1;
    for (const suite of module.children.allSuites()) if (suite.errors().length > 0) failed += 1;
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      if (state === 'passed') passed += 1;
      else if (state === 'failed') failed += 1;
      else skipped += 1;
    }
  }
  return { passed, failed, skipped };
}

/** The same cases run on each database, which is a project of its own. */
function byProject(modules: readonly TestModule[]): Map<string, TestModule[]> {
  const projects = new Map<string, TestModule[]>();
  for (const module of modules) {
    const { name } = module.project;
    projects.set(name, [...(projects.get(name) ?? []), module]);
  }
  return projects;
}

/** What the databases of a project refuse by name, as its cases found it: once each, in order. */
function refusals(modules: readonly TestModule[]): string[] {
  const names = new Set<string>();
  for (const module of modules)
    for (const test of module.children.allTests()) for (const name of test.meta().refused ?? []) names.add(name);
  return [...names].toSorted((a, b) => (a < b ? -1 : 1));
}

/** Ends the run with one plain line that any reader understands, after everything else that Vitest prints. */
export default class ClosingLineReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const projects = byProject(modules);
    for (const [project, own] of projects) {
      // A run of one project needs no list.
      if (projects.size > 1) process.stdout.write(`${project}: ${closingLine(tally(own, []))}\n`);
      const refused = refusals(own);
      if (refused.length > 0) process.stdout.write(`${`${project} refuses`.trimStart()}: ${refused.join('; ')}\n`);
    }
    process.stdout.write(`${closingLine(tally(modules, unhandled))}\n`);
  }
}
