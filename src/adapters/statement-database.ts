import type { Adapter } from './adapter.ts';
import type { ConnectionConfig } from './config.ts';
import type { StatementDatabase } from './statement-events.ts';

let databases = 0;

/** How many databases this process has opened: the number of the last one. */
export const databasesSoFar = (): number => databases;

/** What statements say of the database that they go to. Its dialect is known for sure when a server has answered. */
export function statementDatabase(adapter: Adapter, config?: ConnectionConfig): StatementDatabase {
  const [place] = config?.hosts ?? [];
  return {
    id: ++databases,
    get dialect() {
      return adapter.dialect.id;
    },
    name: config?.scheme === 'sqlite' ? config.path : config?.database,
    host: place === undefined ? undefined : 'socket' in place ? place.socket : place.host,
    port: place === undefined || 'socket' in place ? undefined : place.port,
  };
}
