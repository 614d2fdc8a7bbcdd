/** Spans and metrics as OpenTelemetry's own SDK gets them, on each database. */
import { ROOT_CONTEXT, context, trace, TraceFlags } from '@opentelemetry/api';
import { AlwaysOffSampler } from '@opentelemetry/sdk-trace-base';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { ConfigError, ConnectionConfig, Database, DeadlockError, withCorrelationId } from 'blazeorm';
import type { DatabaseOptions } from 'blazeorm';
import { instrument, traceContext } from 'blazeorm/otel';

import { errorOf, freshUrl, onEngine } from '../../support/database.ts';
import { leaksOf } from '../../support/leaks.ts';
import { openTelemetry } from '../../support/telemetry.ts';
import type { SpanTree, Telemetry } from '../../support/telemetry.ts';
import { warningsOf } from '../../support/warnings.ts';
import { models, Owner, Pet, SENTINEL } from './pets.ts';

let url: string;
let telemetry: Telemetry;
let db: Database;
/** What every span says of the database. */
let place: Record<string, unknown>;
let stop: () => void;

const open = async (options: DatabaseOptions = {}): Promise<Database> => {
  const opened = await Database.connect(url, { models, ...options });
  if (url.includes(':memory:')) await opened.createAll();
  return opened;
};

beforeAll(async () => {
  url = await freshUrl();
  telemetry = openTelemetry();
  db = await open();
  await db.createAll();
  stop = instrument(db, telemetry);
  const config = ConnectionConfig.fromDsn(url);
  const [host] = config.hosts;
  place = {
    'db.system.name': onEngine({ sqlite: 'sqlite', postgres: 'postgresql', mysql: 'mysql', mariadb: 'mariadb' }),
    'db.namespace': config.database ?? ':memory:',
    ...(host !== undefined && 'host' in host && { 'server.address': host.host, 'server.port': host.port }),
  };
});
beforeEach(() => {
  telemetry.spans();
});
afterAll(async () => {
  await db.close();
  await telemetry.end();
});

const session = { 'blazeorm.session': expect.any(Number) as number };
const inTransaction = { ...session, 'blazeorm.transaction': expect.any(Number) as number };
const withSpan = <T>(run: () => Promise<T>): Promise<T> => {
  const span = telemetry.tracerProvider.getTracer('app').startSpan('request');
  return context.with(trace.setSpan(context.active(), span), run).finally(() => span.end());
};
const control = (name: string): SpanTree => ({
  name,
  kind: 'CLIENT',
  attributes: {
    ...place,
    ...inTransaction,
    'db.operation.name': name,
    'db.query.summary': name,
  } as SpanTree['attributes'],
});
const client = (name: string, attributes: object, more: Partial<SpanTree> = {}): SpanTree => ({
  name,
  kind: 'CLIENT',
  attributes: { ...place, 'db.query.summary': name, ...attributes } as SpanTree['attributes'],
  ...more,
});
const internal = (name: string, attributes: object, more: Partial<SpanTree>): SpanTree => ({
  name,
  kind: 'INTERNAL',
  attributes: { ...place, ...attributes } as SpanTree['attributes'],
  ...more,
});

describe('spans', () => {
  it('O4: X4: a query is a span by the convention, in that of the application, without values', async () => {
    await withSpan(() =>
      withCorrelationId('request-7', async () => await db.session().query(Pet).filter({ name: SENTINEL })),
    );
    const spans = telemetry.spans();
    expect(spans.map(({ instrumentationScope }) => instrumentationScope)).toEqual([
      { name: 'blazeorm', version: undefined, schemaUrl: 'https://opentelemetry.io/schemas/1.45.0' },
      { name: 'app', version: undefined, schemaUrl: undefined },
    ]);
    expect(
      leaksOf(
        spans.map(({ name, attributes, status }) => ({ name, attributes, status })),
        SENTINEL,
      ),
    ).toEqual([]);
    const [query, request] = spans;
    expect(query!.parentSpanContext?.spanId).toBe(request!.spanContext().spanId);
    expect(query!.name).toBe('SELECT pet');
    expect(query!.status).toEqual({ code: 0 });
    expect(query!.attributes).toEqual({
      ...place,
      ...session,
      'db.collection.name': 'pet',
      'db.query.summary': 'SELECT pet',
      'db.query.text': onEngine({
        sqlite: 'SELECT t0."id", t0."name", t0."owner_id" FROM "pet" AS t0 WHERE t0."name" = ?',
        postgres: 'SELECT t0."id", t0."name", t0."owner_id" FROM "pet" AS t0 WHERE t0."name" = $1',
        mysql: 'SELECT t0.`id`, t0.`name`, t0.`owner_id` FROM `pet` AS t0 WHERE t0.`name` = ?',
      }),
      'blazeorm.correlation_id': 'request-7',
    });
  });

  it('O4: several tables have no collection; each further query of a prefetch is a span', async () => {
    await db
      .session()
      .query(Pet)
      .selectRelated('owner')
      .filter({ owner: { name: 'a' } });
    await db.transaction((s) => s.add(new Owner({ name: 'prefetched' })));
    telemetry.spans();
    await db.session().query(Owner).prefetchRelated('pets');
    await db.session({ loadStrategy: 'join' }).query(Pet).selectRelated('owner');
    const shown = telemetry.spans().map(({ name, attributes }) => [name, attributes['db.collection.name']]);
    expect(shown).toEqual([
      ['SELECT owner', 'owner'],
      // All but PostgreSQL read the list of keys as rows.
      [onEngine({ sqlite: 'SELECT pet SELECT', postgres: 'SELECT pet' }), 'pet'],
      ['SELECT pet owner', undefined],
    ]);
  });

  it('O4: X4: a transaction is a span around its statements, a flush one around what it writes', async () => {
    await db.transaction(async (s) => {
      s.add(new Owner({ name: SENTINEL }));
      await s.transaction(async () => {
        s.add(new Owner({ name: 'inner' }));
      });
    });
    const insert = client('INSERT owner', {
      ...inTransaction,
      'db.query.text': expect.stringMatching(/^INSERT INTO .owner. /) as string,
    });
    const flush = internal(
      'flush',
      { ...inTransaction, 'blazeorm.flush.inserted': 1, 'blazeorm.flush.updated': 0, 'blazeorm.flush.deleted': 0 },
      { children: [insert] },
    );
    delete (flush.attributes as Record<string, unknown>)['blazeorm.transaction'];
    const trees = telemetry.trees();
    expect(trees).toEqual([
      internal(
        'transaction',
        { ...inTransaction, 'blazeorm.transaction.outcome': 'committed' },
        {
          children: [
            control('BEGIN'),
            internal(
              'savepoint',
              {
                ...inTransaction,
                'blazeorm.transaction.nested': true,
                'blazeorm.transaction.outcome': 'committed',
              },
              {
                children: [
                  control('SAVEPOINT'),
                  flush,
                  control('RELEASE SAVEPOINT'),
                  control('SAVEPOINT'),
                  flush,
                  control('RELEASE SAVEPOINT'),
                ],
              },
            ),
            control('COMMIT'),
          ],
        },
      ),
    ]);
    expect(leaksOf(trees, SENTINEL)).toEqual([]);
  });

  it('O4: X4: what fails has the code of the database and a status without values', async () => {
    const insert = (): Promise<void> =>
      db.transaction((s) => s.add(new Pet({ name: SENTINEL, owner: new Owner({ name: 'a' }) })));
    await insert();
    telemetry.spans();
    const error = await errorOf(insert);
    const failed = telemetry.spans().filter(({ status }) => status.code !== 0);
    const code = onEngine<unknown>({
      sqlite: expect.stringMatching(/^(?:SQLITE_CONSTRAINT_UNIQUE|2067)$/),
      postgres: '23505',
      mysql: '1062',
    });
    expect(
      failed.map(({ name, status, attributes, events }) => [name, status, attributes['error.type'], events]),
    ).toEqual([
      ['INSERT pet', { code: 2, message: expect.any(String) as string }, code, []],
      ['flush', { code: 2, message: expect.any(String) as string }, code, []],
      ['transaction', { code: 2, message: error.message }, code, []],
    ]);
    expect(failed[0]!.attributes['db.response.status_code']).toEqual(code);
    expect(failed[2]!.attributes['blazeorm.transaction.outcome']).toBe('rolled back');
    expect(
      leaksOf(
        failed.map(({ name, attributes, status }) => ({ name, attributes, status })),
        SENTINEL,
      ),
    ).toEqual([]);
  });

  it("O4: X4: an application's own error gives its class, and no message", async () => {
    await errorOf(() => db.transaction(() => Promise.reject(new RangeError(SENTINEL))));
    const [last] = telemetry.spans().filter(({ name }) => name === 'transaction');
    expect(last!.status).toEqual({ code: 2 });
    expect(last!.attributes['error.type']).toBe('RangeError');
    expect(leaksOf([last!.status, last!.attributes, last!.events], SENTINEL)).toEqual([]);
  });

  it('O4: a transaction that is run again is an event of the span around', async () => {
    let attempts = 0;
    await withSpan(() =>
      db.transaction(
        async (s) => {
          await s.query(Owner).count();
          if (++attempts === 1) throw new DeadlockError('a deadlock');
        },
        { retry: 1 },
      ),
    );
    const [request] = telemetry.trees();
    expect(request!.events).toEqual([
      { name: 'transaction is run again', attributes: { 'blazeorm.retry.attempts': 1, 'error.type': 'DeadlockError' } },
    ]);
    expect(
      request!.children!.map(({ name, attributes }) => [name, attributes['blazeorm.transaction.outcome']]),
    ).toEqual([
      ['transaction', 'rolled back'],
      ['transaction', 'committed'],
    ]);
  });

  it('O4: raw SQL without placeholders has no literals in it; a stream is a span', async () => {
    await db.session().sql`SELECT 'sentinel-4711' AS a`;
    for await (const owner of db.session().query(Owner).iterate()) expect(owner.name).toBeTypeOf('string');
    const spans = telemetry.spans();
    expect(spans.at(-1)!.name).toBe('SELECT owner');
    expect(
      leaksOf(
        spans.map(({ attributes }) => attributes),
        SENTINEL,
      ),
    ).toEqual([]);
  });

  it('O4: requireParent, queryText and returnedRows are choices', async () => {
    await using own = await open();
    const stopOwn = instrument(own, { ...telemetry, requireParent: true, queryText: false, returnedRows: true });
    const count = async (): Promise<number> => (await own.session().query(Owner).limit(1)).length;
    await count();
    expect(telemetry.spans()).toEqual([]);
    const rows = await withSpan(count);
    const [span] = telemetry.spans();
    expect(span!.attributes).toEqual({
      ...place,
      ...session,
      'db.collection.name': 'owner',
      'db.query.summary': 'SELECT owner',
      'db.response.returned_rows': rows,
    });
    stopOwn();
    await withSpan(count);
    expect(telemetry.spans().map(({ name }) => name)).toEqual(['request']);
  });

  it('O4: a database is instrumented once; after that has ended, it can be again', () => {
    expect(() => instrument(db, telemetry)).toThrow(ConfigError);
    stop();
    stop = instrument(db, telemetry);
    expect(() => instrument(db, telemetry)).toThrow('This database is instrumented already. End the other one first.');
  });

  it('O4: a tracer that throws is reported once, and every query answers', async () => {
    await using own = await open();
    const startSpan = (): never => {
      throw new TypeError('no exporter');
    };
    const tracerProvider = { getTracer: () => ({ startSpan, startActiveSpan: startSpan }) };
    const stopOwn = instrument(own, { ...telemetry, tracerProvider });
    let counts: number[] = [];
    const warnings = await warningsOf(async () => {
      counts = [await own.session().query(Pet).filter({ name: 'nobody' }).count(), await own.transaction(() => 1)];
    });
    stopOwn();
    expect(counts).toEqual([0, 1]);
    expect(warnings).toEqual(['BLAZE_OTEL: OpenTelemetry failed, and is not reported again: TypeError: no exporter']);
  });
});

describe('trace context', () => {
  it('O3: O4: traceparent is that of the span of the statement, where it is sampled', async () => {
    const given: ReturnType<typeof traceContext>[] = [];
    const sqlCommenter = (): ReturnType<typeof traceContext> => {
      given.push(traceContext());
      return given.at(-1)!;
    };
    await using own = await open({ sqlCommenter });
    const stopOwn = instrument(own, telemetry);
    await own.session().query(Owner).count();
    const { traceId, spanId, traceFlags } = telemetry.spans().at(-1)!.spanContext();
    expect(traceFlags).toBe(TraceFlags.SAMPLED);
    expect(given).toEqual([{ traceparent: `00-${traceId}-${spanId}-01` }]);
    stopOwn();
    const off = openTelemetry(new AlwaysOffSampler());
    const stopOff = instrument(own, off);
    given.length = 0;
    await own.session().query(Owner).count();
    stopOff();
    context.with(ROOT_CONTEXT, () => expect(traceContext()).toEqual({}));
    expect(given).toEqual([{}]);
  });
});

describe('metrics', () => {
  it('O4: the duration of statements, by what they do and how they failed; never their text', async () => {
    const own = openTelemetry();
    await using other = await open();
    const stopOwn = instrument(other, own);
    await other.session().query(Owner).filter({ name: SENTINEL });
    await other.session().query(Owner).filter({ name: 'b' });
    await errorOf(() => other.session().sql`SELECT nothing FROM nowhere`);
    const { 'db.client.operation.duration': durations, 'db.client.response.returned_rows': returned } =
      await own.metrics();
    const shown = durations!.map(({ attributes, value, unit }) => [
      attributes,
      (value as { count: number }).count,
      unit,
    ]);
    const error = expect.any(String) as string;
    expect(shown).toEqual([
      [{ ...place, 'db.collection.name': 'owner', 'db.query.summary': 'SELECT owner' }, 2, 's'],
      [
        { ...place, 'db.query.summary': 'SELECT nowhere', 'db.response.status_code': error, 'error.type': error },
        1,
        's',
      ],
    ]);
    const { buckets } = durations![0]!.value as { buckets: { boundaries: number[] } };
    expect(buckets.boundaries).toEqual([0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10]);
    expect(
      returned!.map(({ attributes, value, unit }) => [attributes, (value as { count: number }).count, unit]),
    ).toEqual([[{ ...place, 'db.collection.name': 'owner', 'db.query.summary': 'SELECT owner' }, 2, '{row}']]);
    stopOwn();
  });

  it('O4: how full pools are, and how long connections were waited for and used; SQLite has none', async () => {
    const own = openTelemetry();
    const hasPool = place['server.port'] !== undefined;
    await using other = await open({ ...(hasPool && { connection: { poolSize: 2, acquireTimeout: 150 } }) });
    const stopOwn = instrument(other, own);
    const refused: string[] = [];
    /** All connections are lent, and somebody waits in vain. */
    const full = async (): Promise<Metrics> => {
      const waiting = errorOf(() => other.session().query(Owner).count());
      const metrics = await own.metrics();
      refused.push((await waiting).name);
      return metrics;
    };
    const during = await other.transaction(() => (hasPool ? other.transaction(full) : own.metrics()));
    const after = await own.metrics();
    stopOwn();
    expect([during, after].map(poolsIn)).toEqual(hasPool ? [FULL, FREE] : [{}, {}]);
    expect(refused).toEqual(hasPool ? ['AcquireTimeoutError'] : []);
    const name = `${String(place['server.address'])}:${String(place['server.port'])}/${String(place['db.namespace'])}`;
    const names = Object.entries(after)
      .filter(([metric]) => metric.includes('.connection.'))
      .flatMap(([, points]) => points.map(({ attributes }) => attributes['db.client.connection.pool.name']));
    expect([...new Set(names)]).toEqual(hasPool ? [name] : []);
  });
});

type Metrics = Awaited<ReturnType<Telemetry['metrics']>>;

const ALWAYS = { max: [2], 'idle.max': [2], create_time: [1] };
const FULL = { ...ALWAYS, count: ['idle 0', 'used 2'], pending_requests: [1], wait_time: [2] };
const FREE = {
  ...ALWAYS,
  count: ['idle 2', 'used 0'],
  pending_requests: [0],
  wait_time: [2],
  use_time: [2],
  timeouts: [1],
};

/** What metrics say of pools: values, and of durations how many there are. */
function poolsIn(metrics: Metrics): Readonly<Record<string, readonly (number | string)[]>> {
  const prefix = 'db.client.connection.';
  const shown = ({ attributes, value }: Metrics[string][number]): number | string => {
    const state = attributes['db.client.connection.state'];
    if (typeof value === 'object') return (value as { count: number }).count;
    return state === undefined ? Number(value) : `${String(state)} ${Number(value)}`;
  };
  return Object.fromEntries(
    Object.entries(metrics)
      .filter(([metric]) => metric.startsWith(prefix))
      .map(([metric, points]) => [metric.slice(prefix.length), points.map(shown)]),
  );
}
