import type { Connection } from '../../adapters/adapter.ts';
import type { Executor } from '../../adapters/executor.ts';
import { MigrationError } from '../../utils/migration-errors.ts';
import type { LookStep } from '../steps/step.ts';

/** @throws MigrationError with the number of values that are none of the new type. */
export async function lookAtValues(
  executor: Executor,
  connection: Connection,
  { sql, column }: LookStep,
): Promise<void> {
  const [[count] = []] = await executor.query(connection, sql, []);
  if (Number(count) === 0) return;
  const { table, name, type } = column;
  throw new MigrationError(`${Number(count)} values of '${table.name}'.'${name}' cannot become ones of type ${type}.`, {
    field: name,
    remedy: 'Change them before.',
  });
}

/** The same in a script: MySQL and MariaDB have no RAISE, but refuse a subquery of two rows (error 1242) once it is asked. */
export function refusalSql({ sql, column: { table, name, type } }: LookStep): string {
  const text = `-- Error 1242: values of ${table.name}.${name} cannot become ones of type ${type}.`;
  return `${text.replaceAll(/\s+/g, ' ')}\nDO IF((${sql}) = 0, 0, (SELECT 1 UNION SELECT 2))`;
}
