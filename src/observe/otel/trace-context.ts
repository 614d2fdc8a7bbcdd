import { trace, TraceFlags } from '@opentelemetry/api';

/**
 * For the option `sqlCommenter`: the active trace as W3C writes it (https://www.w3.org/TR/trace-context/), `traceparent` and `tracestate`, so that
 * the database can say to which trace a statement belongs. Inside of `instrument` that is the span of the statement itself. A trace that
 * is not sampled gives nothing: its statements stay the same texts, and stay prepared. Baggage is left out.
 *
 * @example
 * ```ts
 * import { Database } from 'blazeorm';
 * import { traceContext } from 'blazeorm/otel';
 *
 * export const open = () =>
 *   Database.connect('sqlite:app.db', { sqlCommenter: () => ({ application: 'shop', ...traceContext() }) });
 * ```
 */
export function traceContext(): { readonly traceparent?: string; readonly tracestate?: string } {
  const span = trace.getActiveSpan()?.spanContext();
  if (span === undefined || (span.traceFlags & TraceFlags.SAMPLED) === 0) return {};
  const flags = span.traceFlags.toString(16).padStart(2, '0');
  const tracestate = span.traceState?.serialize() ?? '';
  return {
    traceparent: `00-${span.traceId}-${span.spanId}-${flags}`,
    ...(tracestate !== '' && { tracestate }),
  };
}
