/** For tests: how many statements are sent, N+1, faults on demand, and the conformance suite for other adapters. The conformance suite runs in Vitest, the rest in any runner. */
export { conformance } from './testing/conformance.ts';
export type { ConformanceArea, ConformanceOptions } from './testing/conformance.ts';
export type { ConformanceTarget, MadeDatabase, SqlName } from './testing/target.ts';
export { Faults, faulty, InjectedFault } from './testing/faults.ts';
export type { FaultyCall } from './testing/faults.ts';
export { expectQueries } from './testing/expect-queries.ts';
export { failOnNPlusOne } from './testing/n-plus-one.ts';
export type { NPlusOneOptions } from './testing/n-plus-one.ts';
