import type { Adapter, ConnectionConfig } from 'blazeorm';
import { SQLiteDialect } from 'blazeorm/sqlite';

/** An adapter that notes what it is asked to connect to, and has no connections. */
export function recordingAdapter(): Adapter & { readonly configs: readonly ConnectionConfig[] } {
  const configs: ConnectionConfig[] = [];
  return {
    configs,
    dialect: new SQLiteDialect(),
    prepared: 0,
    connect: (config) => void configs.push(config),
    acquire: () => {
      throw new Error('There are no connections here.');
    },
    release: () => undefined,
    close: () => undefined,
  };
}
