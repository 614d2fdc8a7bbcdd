/** BlazeORM: models, queries, sessions. The public face: exports, nothing else. */
export { Database } from './database.ts';
export { Session } from './persistence/session.ts';
export type { DatabaseOptions, QueryStats } from './persistence/database.ts';
export type { FlushMode, SessionOptions } from './persistence/options.ts';
export type { PerformanceOptions, TrackingOptions } from './persistence/tracking.ts';
export type { QueryFigures, QuerySample } from './utils/performance/figures.ts';
export type { NPlusOne, SlowQuery } from './utils/performance/findings.ts';
export type { ExportOptions, QueryReport } from './utils/performance/report.ts';
export type { TrackedTotals } from './utils/performance/table.ts';

export { f } from './core/fields.ts';
export { model } from './model.ts';
export { subModel } from './core/sub-model.ts';
export { check, index, unique } from './core/constraints.ts';
export { scope } from './core/scopes.ts';
export { hooks } from './hooks/hooks.ts';
export { fullClean } from './validation/validate.ts';
export { rules } from './validation/rules.ts';
export type { Rule } from './validation/rules.ts';
export { Registry } from './core/registry.ts';
export type { Bounds } from './core/bounds.ts';
export type { FetchMode } from './core/fetch-mode.ts';
export type * from './core/types/index.ts';
export type {
  FieldMeta,
  IndexMeta,
  InheritanceMeta,
  ModelMeta,
  RelationMeta,
  ScopeMeta,
  VariantMeta,
} from './core/metadata.ts';

export {
  arrayContains,
  arrayLength,
  arrayOverlaps,
  between,
  contains,
  day,
  dayOfYear,
  endsWith,
  every,
  exact,
  gt,
  gte,
  hasKey,
  hour,
  icontains,
  iendsWith,
  iexact,
  iregex,
  isNull,
  istartsWith,
  jsonContains,
  jsonPath,
  Lookup,
  lt,
  lte,
  minute,
  month,
  none,
  oneOf,
  quarter,
  regex,
  search,
  second,
  some,
  startsWith,
  weekDay,
  year,
} from './query/lookups.ts';
export type { DatePartLookup } from './query/lookups.ts';
export { prefetch } from './query/prefetch.ts';
export { and, not, or, Q } from './query/q.ts';
export { avg, boolAnd, boolOr, count, max, min, stringAgg, sum } from './query/aggregates.ts';
export { caseWhen } from './query/case.ts';
export { cast, coalesce, concat, greatest, least, now, value } from './query/functions.ts';
export {
  cumeDist,
  denseRank,
  firstValue,
  lag,
  lastValue,
  lead,
  nthValue,
  ntile,
  percentRank,
  rank,
  rowNumber,
} from './query/windows.ts';
export { prepare } from './query/prepared.ts';
export { sql } from './query/sql.ts';
export { exists, subquery } from './query/subqueries.ts';

export { ConnectionConfig } from './adapters/config.ts';
export type { ConnectionOptions, ServerHost } from './adapters/config.ts';
export type { Pooler, ServerOptions, ServerSettings } from './adapters/server-options.ts';
export type { ReplicaOptions } from './adapters/replica-options.ts';
export type { ServerHealth } from './adapters/health.ts';
export type { SQLiteOptions } from './adapters/sqlite-options.ts';
export type {
  AcquireOptions,
  Adapter,
  BatchResult,
  BeginOptions,
  Connection,
  Rows,
  WriteResult,
} from './adapters/adapter.ts';
export { statementChannel } from './adapters/statement-events.ts';
export type {
  StatementDatabase,
  StatementEvent,
  StatementKind,
  StatementSubject,
} from './adapters/statement-events.ts';
export { parseDsn } from './security/dsn.ts';
export type { ParsedDsn } from './security/dsn.ts';
export { formatDsn } from './security/format-dsn.ts';
export type { DsnHost } from './security/hosts.ts';
export { redactDsn } from './security/redact.ts';
export type { SqlCommenter } from './adapters/commented.ts';
export { connectionChannel } from './adapters/connection-events.ts';
export type { ConnectionEvent, PoolState } from './adapters/connection-events.ts';
export { flushChannel, retryChannel, transactionChannel } from './persistence/unit-events.ts';
export type { FlushEvent, RetryEvent, TransactionEvent, UnitEvent } from './persistence/unit-events.ts';
export { correlationId, withCorrelationId } from './utils/correlation.ts';
export type { ErrorRecord, Logger, LogLevel } from './utils/logging.ts';
export { timeCall } from './utils/time-call.ts';
export type { TimeCallOptions } from './utils/time-call.ts';
export type { Warn } from './utils/warnings.ts';
export { snakeCase } from './utils/naming.ts';

export * from './utils/errors.ts';
export * from './utils/tracking-errors.ts';
