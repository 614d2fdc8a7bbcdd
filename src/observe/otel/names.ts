/**
 * Names of OpenTelemetry's semantic conventions for databases, version 1.45.0. Stable but for pools and returned rows, which are in development
 * there (https://github.com/open-telemetry/semantic-conventions/tree/v1.45.0/docs/db).
 */

export const ATTRIBUTE = Object.freeze({
  system: 'db.system.name',
  namespace: 'db.namespace',
  collection: 'db.collection.name',
  operation: 'db.operation.name',
  batchSize: 'db.operation.batch.size',
  queryText: 'db.query.text',
  querySummary: 'db.query.summary',
  statusCode: 'db.response.status_code',
  returnedRows: 'db.response.returned_rows',
  errorType: 'error.type',
  serverAddress: 'server.address',
  serverPort: 'server.port',
  poolName: 'db.client.connection.pool.name',
  connectionState: 'db.client.connection.state',
});

/** What no convention has a name for. */
export const OWN_ATTRIBUTE = Object.freeze({
  session: 'blazeorm.session',
  transaction: 'blazeorm.transaction',
  correlationId: 'blazeorm.correlation_id',
  outcome: 'blazeorm.transaction.outcome',
  nested: 'blazeorm.transaction.nested',
  isolation: 'blazeorm.transaction.isolation',
  readOnly: 'blazeorm.transaction.read_only',
  inserted: 'blazeorm.flush.inserted',
  updated: 'blazeorm.flush.updated',
  deleted: 'blazeorm.flush.deleted',
  attempts: 'blazeorm.retry.attempts',
});

export const METRIC = Object.freeze({
  duration: 'db.client.operation.duration',
  returnedRows: 'db.client.response.returned_rows',
  connections: 'db.client.connection.count',
  maxConnections: 'db.client.connection.max',
  maxIdle: 'db.client.connection.idle.max',
  pending: 'db.client.connection.pending_requests',
  timeouts: 'db.client.connection.timeouts',
  createTime: 'db.client.connection.create_time',
  waitTime: 'db.client.connection.wait_time',
  useTime: 'db.client.connection.use_time',
});
