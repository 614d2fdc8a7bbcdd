/** The real SDK of OpenTelemetry, which keeps in memory what it is told. */
import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { Attributes } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { ReadableSpan, Sampler } from '@opentelemetry/sdk-trace-base';

/** A span as a test looks at it: those that it led to are in it, in the order of their beginning. */
export interface SpanTree {
  readonly name: string;
  readonly kind: string;
  readonly attributes: Attributes;
  readonly status?: { readonly code: string; readonly message?: string | undefined };
  readonly events?: readonly { readonly name: string; readonly attributes: Attributes | undefined }[];
  readonly children?: readonly SpanTree[];
}

export interface Telemetry {
  readonly tracerProvider: BasicTracerProvider;
  readonly meterProvider: MeterProvider;
  /** What has ended since the last call. */
  spans(): readonly ReadableSpan[];
  trees(): readonly SpanTree[];
  /** Of each metric its points, as they are now. */
  metrics(): Promise<Readonly<Record<string, readonly { attributes: Attributes; value: unknown; unit: string }[]>>>;
  end(): Promise<void>;
}

/** @param sampler By default all is sampled. */
export function openTelemetry(sampler?: Sampler): Telemetry {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const exporter = new InMemorySpanExporter();
  const tracerProvider = new BasicTracerProvider({
    spanProcessors: [new SimpleSpanProcessor(exporter)],
    ...(sampler && { sampler }),
  });
  const measured = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter: measured, exportIntervalMillis: 3_600_000 });
  const meterProvider = new MeterProvider({ readers: [reader] });
  const taken = (): readonly ReadableSpan[] => {
    const spans = exporter.getFinishedSpans();
    exporter.reset();
    return spans;
  };
  return {
    tracerProvider,
    meterProvider,
    spans: taken,
    trees: () => treesOf(taken()),
    async metrics() {
      measured.reset();
      await reader.forceFlush();
      const all = measured.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics));
      return Object.fromEntries(
        all.map(({ descriptor: { name, unit }, dataPoints }) => [
          name,
          dataPoints.map(({ attributes, value }) => ({ attributes, value, unit })),
        ]),
      );
    },
    async end() {
      context.disable();
      trace.disable();
      await tracerProvider.shutdown();
      await meterProvider.shutdown();
    },
  };
}

function treesOf(spans: readonly ReadableSpan[]): SpanTree[] {
  const started = spans.toSorted(({ startTime: [a, b] }, { startTime: [c, d] }) => a - c || b - d);
  const childrenOf = (id: string | undefined): SpanTree[] =>
    started
      .filter(({ parentSpanContext }) => parentSpanContext?.spanId === id)
      .map((span): SpanTree => {
        const children = childrenOf(span.spanContext().spanId);
        const { name, kind, attributes, status, events } = span;
        return {
          name,
          kind: SpanKind[kind],
          attributes,
          ...(status.code !== SpanStatusCode.UNSET && {
            status: { code: SpanStatusCode[status.code], message: status.message },
          }),
          ...(events.length > 0 && {
            events: events.map((event) => ({ name: event.name, attributes: event.attributes })),
          }),
          ...(children.length > 0 && { children }),
        };
      });
  const known = new Set(spans.map((span) => span.spanContext().spanId));
  const roots = new Set(
    spans.map(({ parentSpanContext: parent }) => (parent && known.has(parent.spanId) ? undefined : parent?.spanId)),
  );
  const withoutParent = spans.some(({ parentSpanContext: parent }) => parent === undefined);
  const ids = [...roots].filter((id) => id !== undefined);
  return [...(withoutParent ? childrenOf(undefined) : []), ...ids.flatMap(childrenOf)];
}
