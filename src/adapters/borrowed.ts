import type { Adapter, Connection } from './adapter.ts';

/**
 * A database of one connection, which somebody else has opened, and in whose transaction everything happens: what would begin and
 * end transactions makes savepoints.
 */
export function borrowed(adapter: Adapter, connection: Connection): Adapter {
  return lent(adapter, withSavepoints(connection));
}

/** A database of one connection, which somebody else has acquired and gives back later. */
export function lent(adapter: Adapter, connection: Connection): Adapter {
  return {
    dialect: adapter.dialect,
    connect: () => undefined,
    acquire: () => connection,
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
  const name = (level: number): string => `blaze_borrowed_${level}`;
  return new Proxy(connection, {
    get(target, property) {
      switch (property) {
        case 'begin':
          return () => target.savepoint(name(++depth));
        case 'commit':
          return () => target.releaseSavepoint(name(depth--));
        case 'rollback':
          return () => target.rollbackToSavepoint(name(depth--));
        default: {
          const value: unknown = Reflect.get(target, property, target);
          return typeof value === 'function' ? value.bind(target) : value;
        }
      }
    },
  });
}
