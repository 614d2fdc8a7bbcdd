/** For tests: the conformance suite for other adapters, and faults on demand. Vitest is a peer dependency of this entry alone. */
export { conformance } from './testing/conformance.ts';
export type { ConformanceArea, ConformanceOptions } from './testing/conformance.ts';
export type { ConformanceTarget, MadeDatabase, SqlName } from './testing/target.ts';
export { Faults, faulty, InjectedFault } from './testing/faults.ts';
export type { FaultyCall } from './testing/faults.ts';
export { expectQueries } from './testing/expect-queries.ts';
export { failOnNPlusOne } from './testing/n-plus-one.ts';
export type { NPlusOneOptions } from './testing/n-plus-one.ts';
