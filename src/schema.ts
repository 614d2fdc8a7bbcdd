/** Schema and migrations: models to DDL, operations, their engine; and a live database back to models. */
export { introspect } from './introspection.ts';
export { MigrationEngine } from './migrations.ts';
export { SchemaBuilder } from './schema/builder.ts';
export { defineConfig } from './schema/config.ts';
export type { BlazeConfig } from './schema/config.ts';
export { diffSchemas } from './schema/diff.ts';
export { readMigrations } from './schema/files.ts';
export type { ModuleLoader } from './schema/files.ts';
export { replay } from './schema/engine/history.ts';
export type { MigrationStatus } from './schema/engine/engine.ts';
export type { ApplyOptions, EngineOptions } from './schema/engine/options.ts';
export type { PlannedMigration } from './schema/engine/plan.ts';
export type { Progress } from './schema/engine/progress.ts';
export type { ScriptOptions } from './schema/engine/script.ts';
export type { MigrationProblem } from './migration-verify.ts';
export { run } from './migration-code.ts';
export type {
  BatchOptions,
  HistoricalModel,
  HistoricalRow,
  MigrationCode,
  MigrationContext,
} from './migration-code.ts';
export { inspect } from './schema/inspect/inspect.ts';
export type { Inspected, InspectOptions, SourceFile } from './schema/inspect/inspect.ts';
export type { IntrospectedSchema, IntrospectedView, IntrospectOptions, Note } from './schema/introspect/source.ts';
export { schemaOf } from './schema/of-models.ts';
export { backFill } from './schema/operations/back-fill.ts';
export { checkRows } from './schema/operations/check-rows.ts';
export * from './schema/operations/builders.ts';
export { analyse } from './schema/safety/analyse.ts';
export type { Finding, SafetyContext, Severity, Stage } from './schema/safety/finding.ts';
export { makeSafe } from './schema/safety/make-safe.ts';
export { refuseUnsafe } from './schema/safety/refuse.ts';
export type { Acknowledgement } from './schema/safety/refuse.ts';
export { loadSqlParser } from './schema/safety/sql/load.ts';
export { squashOperations } from './schema/operations/squash.ts';
export { plain } from './schema/print/plain.ts';
export { printMigration } from './schema/print/print.ts';
export type { PrintOptions } from './schema/print/print.ts';
export type { Migration, MigrationDefinition, Operation, SqlText } from './schema/operations/operation.ts';
export { confirmDestructiveOperation } from './security/destructive.ts';
export type { Confirmation } from './security/destructive.ts';
export {
  ConfirmationRequiredError,
  IrreversibleMigrationError,
  MigrationError,
  MigrationHistoryError,
  MigrationLockError,
  UnsafeMigrationError,
} from './utils/migration-errors.ts';
export type {
  Schema,
  TableSchema,
  ColumnSchema,
  ForeignKeySchema,
  IndexSchema,
  CheckSchema,
  ViewSchema,
} from './core/ast/schema.ts';
export { SQLiteDialect } from './dialects/sqlite/sqlite.ts';
export { MariaDBDialect } from './dialects/mysql/mariadb.ts';
export { MySQLDialect } from './dialects/mysql/mysql.ts';
export { PostgresDialect } from './dialects/postgres/postgres.ts';
