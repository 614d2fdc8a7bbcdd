/** Spans and metrics for OpenTelemetry. `@opentelemetry/api` is a peer dependency of this entry alone. */
export { instrument } from './observe/otel/instrument.ts';
export type { InstrumentOptions } from './observe/otel/instrument.ts';
export { traceContext } from './observe/otel/trace-context.ts';
