import type { Adapter, Connection } from './adapter.ts';

/**
 * A database of one connection, which somebody else has opened, and in whose transaction everything happens: what would begin and
 * end transactions makes savepoints.
 */
export function borrowed(adapter: Adapter, connection: Connection): Adapter {
  const inner = withSavepoints(connection);
  return {
    dialect: adapter.dialect,
    connect: () => undefined,
    acquire: () => inner,
    release: () => undefined,
    close: () => undefined,
    get prepared() {
      return adapter.prepared;
    },
    ...(adapter.maxBytes === undefined ? {} : { maxBytes: adapter.maxBytes }),
  };
}

/** The same connection, by its own methods, which are bound to it. */
function withSavepoints(connection: Connection): Connection {
  let depth = 0;
  const name = (): string => `blaze_borrowed_${depth}`;
  return new Proxy(connection, {
    get(target, property) {
      switch (property) {
        case 'begin':
          return () => {
            depth++;
            return target.savepoint(name());
          };
        case 'commit':
          return () => target.releaseSavepoint(`blaze_borrowed_${depth--}`);
        case 'rollback':
          return () => target.rollbackToSavepoint(`blaze_borrowed_${depth--}`);
        default: {
          const value: unknown = Reflect.get(target, property, target);
          return typeof value === 'function' ? value.bind(target) : value;
        }
      }
    },
  });
}
