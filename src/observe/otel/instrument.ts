import { metrics, trace } from '@opentelemetry/api';
import type { MeterProvider, TracerProvider } from '@opentelemetry/api';
import { engineOf } from '../../persistence/database.ts';
import type { DatabaseCore } from '../../persistence/database.ts';
import { ConfigError } from '../../utils/errors.ts';
import { own } from '../../utils/own.ts';
import { ReportedOnce } from '../../utils/reported-once.ts';
import { databaseAttributes } from './database-attributes.ts';
import { poolMetrics, statementMetrics } from './metrics.ts';
import { Spans } from './spans.ts';
import type { SpanChoices } from './spans.ts';
import { StatementShapes } from './statement-shape.ts';

/** What is told to OpenTelemetry, and to whom. */
export interface InstrumentOptions extends Partial<SpanChoices> {
  /** Default: the global one. */
  readonly tracerProvider?: TracerProvider;
  /** Default: the global one. */
  readonly meterProvider?: MeterProvider;
}

const SCOPE = 'blazeorm';
const CONVENTIONS = { schemaUrl: 'https://opentelemetry.io/schemas/1.45.0' };

/**
 * Spans and metrics of a database for OpenTelemetry, by version 1.45.0 of its semantic conventions for databases: a span for each statement,
 * within those of transactions, savepoints and flushes; `db.client.operation.duration`, and how full the pools are. No value of a parameter is
 * ever part of them.
 *
 * @param db Each database is instrumented by itself, once.
 * @param options `requireParent: true`: no spans but inside of one of the application's. `queryText: false`: without SQL. `returnedRows: true`:
 *   spans say how many rows were read.
 * @returns What ends it.
 * @throws ConfigError if it is instrumented already.
 * @example
 * ```ts
 * import { Database } from 'blazeorm';
 * import { instrument } from 'blazeorm/otel';
 *
 * const db = await Database.connect('sqlite:app.db');
 * const stop = instrument(db);
 * await db.close();
 * stop();
 * ```
 */
export function instrument(db: DatabaseCore, options: InstrumentOptions = {}): () => void {
  const { executor, units, adapter, warn } = engineOf(db);
  const { tracerProvider = trace, meterProvider = metrics, ...given } = own(options);
  const choices = own({ requireParent: false, queryText: true, returnedRows: false, ...given });
  const { observers, database } = executor;
  if (observers.tracing !== undefined)
    throw new ConfigError('This database is instrumented already.', { remedy: 'End the other one first.' });

  const attributes = databaseAttributes(database);
  const shapes = new StatementShapes(database, attributes);
  const faults = new ReportedOnce('BLAZE_OTEL', 'OpenTelemetry', warn);
  const spans = new Spans(tracerProvider.getTracer(SCOPE, undefined, CONVENTIONS), attributes, shapes, choices, faults);
  const meter = meterProvider.getMeter(SCOPE, undefined, CONVENTIONS);

  observers.tracing = spans;
  units.tracing = spans;
  const ends = [
    observers.add(spans.end),
    units.add(spans.end),
    observers.add(statementMetrics(meter, shapes)),
    poolMetrics(meter, () => adapter.pools ?? []),
  ];
  return () => {
    if (observers.tracing === spans) observers.tracing = undefined;
    if (units.tracing === spans) units.tracing = undefined;
    for (const end of ends) end();
  };
}
