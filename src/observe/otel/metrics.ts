import type { Attributes, BatchObservableResult, Histogram, Meter, Observable } from '@opentelemetry/api';
import type { StatementEvent } from '../../adapters/statement-events.ts';
import { connectionChannel } from '../../adapters/connection-events.ts';
import type { ConnectionEvent, PoolState } from '../../adapters/connection-events.ts';
import { errorAttributes } from './errors.ts';
import { ATTRIBUTE, METRIC } from './names.ts';
import type { StatementShapes } from './statement-shape.ts';

/** Seconds, as the convention has them. */
const BOUNDARIES = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10];
const ROW_BOUNDARIES = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000];

const seconds = (ms: number): number => ms / 1_000;

/** How long statements take, and how many rows they read. */
export function statementMetrics(meter: Meter, shapes: StatementShapes): (event: StatementEvent) => void {
  const durations = meter.createHistogram(METRIC.duration, {
    description: 'Duration of database client operations.',
    unit: 's',
    advice: { explicitBucketBoundaries: BOUNDARIES },
  });
  const returned = meter.createHistogram(METRIC.returnedRows, {
    description: 'The actual number of records returned by the database operation.',
    unit: '{row}',
    advice: { explicitBucketBoundaries: ROW_BOUNDARIES },
  });
  return (event) => {
    const { attributes } = shapes.of(event);
    const { durationMs, error, rows, kind } = event;
    const all = error === undefined ? attributes : { ...attributes, ...errorAttributes(error) };
    durations.record(seconds(durationMs), all);
    if (kind === 'read' && rows !== undefined) returned.record(rows, all);
  };
}

/**
 * How full pools are, how long connections take to be opened, are waited for and used. SQLite has no pool.
 *
 * @param pools Those of one database, as they are when they are asked for.
 * @returns What ends it.
 */
export function poolMetrics(meter: Meter, pools: () => readonly PoolState[]): () => void {
  const stopCounting = countConnections(meter, pools);
  const stopTiming = timeConnections(meter, pools);
  return () => {
    stopCounting();
    stopTiming();
  };
}

function countConnections(meter: Meter, pools: () => readonly PoolState[]): () => void {
  const counter = (name: string, description: string, unit = '{connection}'): Observable =>
    meter.createObservableUpDownCounter(name, { description, unit });
  const count = counter(METRIC.connections, 'The number of connections that are currently in a state.');
  const max = counter(METRIC.maxConnections, 'The maximum number of open connections allowed.');
  const maxIdle = counter(METRIC.maxIdle, 'The maximum number of idle open connections allowed.');
  const pending = counter(
    METRIC.pending,
    'The number of current pending requests for an open connection.',
    '{request}',
  );
  const all = [count, max, maxIdle, pending];
  const observe = (result: BatchObservableResult): void => {
    for (const pool of pools()) {
      const named = nameOf(pool);
      result.observe(count, pool.idle, { ...named, [ATTRIBUTE.connectionState]: 'idle' });
      result.observe(count, pool.used, { ...named, [ATTRIBUTE.connectionState]: 'used' });
      result.observe(max, pool.max, named);
      result.observe(maxIdle, pool.max, named);
      result.observe(pending, pool.pending, named);
    }
  };
  meter.addBatchObservableCallback(observe, all);
  return () => meter.removeBatchObservableCallback(observe, all);
}

function timeConnections(meter: Meter, pools: () => readonly PoolState[]): () => void {
  const histogram = (name: string, description: string): Histogram =>
    meter.createHistogram(name, { description, unit: 's', advice: { explicitBucketBoundaries: BOUNDARIES } });
  const times: Readonly<Partial<Record<ConnectionEvent['kind'], Histogram>>> = {
    opened: histogram(METRIC.createTime, 'The time it took to create a new connection.'),
    lent: histogram(METRIC.waitTime, 'The time it took to obtain an open connection from the pool.'),
    returned: histogram(METRIC.useTime, 'The time between borrowing a connection and returning it to the pool.'),
  };
  const timeouts = meter.createCounter(METRIC.timeouts, {
    description: 'The number of connection timeouts that have occurred trying to obtain a connection from the pool.',
    unit: '{timeout}',
  });
  const hear = (message: unknown): void => {
    // Named cast: what is published there.
    const { kind, pool, durationMs } = message as ConnectionEvent;
    if (!pools().includes(pool)) return;
    if (kind === 'timeout') timeouts.add(1, nameOf(pool));
    else if (durationMs !== undefined) times[kind]?.record(seconds(durationMs), nameOf(pool));
  };
  connectionChannel.subscribe(hear);
  return () => {
    connectionChannel.unsubscribe(hear);
  };
}

const nameOf = ({ name }: PoolState): Attributes => ({ [ATTRIBUTE.poolName]: name });
