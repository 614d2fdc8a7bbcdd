import { ConfigError, DriverMissingError } from '../utils/errors.ts';

/** What a client of `ioredis` has of this. */
export interface IoRedisClient {
  call(command: string, ...args: string[]): Promise<unknown>;
  on(event: string, listener: () => void): unknown;
  readonly status: string;
  disconnect(): void;
}

/** What a client of `redis` (node-redis) has of this. */
export interface NodeRedisClient {
  sendCommand(args: string[]): Promise<unknown>;
  on(event: string, listener: () => void): unknown;
  readonly isReady: boolean;
  destroy(): void;
}

/** A client of `redis` (node-redis) or of `ioredis`, connected. */
export type RedisClient = IoRedisClient | NodeRedisClient;

/** Commands of either client. */
export interface RedisCommands {
  send(args: readonly string[]): Promise<unknown>;
  /** Whether a command would be sent now, rather than wait for the server to come back. */
  readonly isReady: boolean;
  /** Calls the listener whenever a connection was lost, or could not be made. */
  onLost(listener: () => void): void;
  close(): void;
}

/** @throws ConfigError for what is a client of neither package. */
export function commandsOf(client: unknown): RedisCommands {
  const given = (client ?? {}) as Partial<IoRedisClient> & Partial<NodeRedisClient>;
  if (typeof given.on === 'function') {
    if (typeof given.call === 'function') return ioRedis(given as IoRedisClient);
    if (typeof given.sendCommand === 'function') return nodeRedis(given as NodeRedisClient);
  }
  throw new ConfigError("The option 'client' of RedisCache is a client of the package redis, or of ioredis.", {
    field: 'client',
    remedy: 'Give it one that is connected, or a url.',
  });
}

function ioRedis(client: IoRedisClient): RedisCommands {
  return {
    send: ([command, ...args]) => client.call(command!, ...args),
    get isReady() {
      return client.status === 'ready';
    },
    onLost: (listener) => ['error', 'close', 'end'].forEach((event) => client.on(event, listener)),
    close: () => client.disconnect(),
  };
}

function nodeRedis(client: NodeRedisClient): RedisCommands {
  return {
    send: (args) => client.sendCommand([...args]),
    get isReady() {
      return client.isReady;
    },
    onLost: (listener) => ['error', 'reconnecting', 'end'].forEach((event) => client.on(event, listener)),
    close: () => client.destroy(),
  };
}

/** A client, and when it is connected for the first time. */
export interface Connecting {
  readonly commands: RedisCommands;
  readonly connected: Promise<unknown>;
}

/** A client of whichever package is installed, for this server. A connection does not keep the process running; attempts to have it back do. @throws DriverMissingError */
export async function connectTo(url: string, onLost: () => void): Promise<Connecting> {
  const connecting = (await nodeRedisTo(url, onLost)) ?? (await ioRedisTo(url, onLost));
  if (connecting !== undefined) return connecting;
  throw new DriverMissingError('RedisCache with a url needs one of the packages redis and ioredis.', {
    remedy: 'Run: npm install redis',
  });
}

async function nodeRedisTo(url: string, onLost: () => void): Promise<Connecting | undefined> {
  const redis = await installed(() => import('redis'));
  if (redis === undefined) return undefined;
  // What is sent while the server is away fails at once: nobody waits for it.
  const client = redis.createClient({ url, disableOfflineQueue: true });
  const commands = nodeRedis(client as unknown as NodeRedisClient); // Named cast: its own type has a parameter for each module.
  commands.onLost(onLost);
  client.unref();
  return { commands, connected: client.connect() };
}

async function ioRedisTo(url: string, onLost: () => void): Promise<Connecting | undefined> {
  const ioredis = await installed(() => import('ioredis'));
  if (ioredis === undefined) return undefined;
  const client = new ioredis.Redis(url, { enableOfflineQueue: false, lazyConnect: true, maxRetriesPerRequest: 0 });
  const commands = ioRedis(client as unknown as IoRedisClient); // Named cast: its `on` is overloaded for each event.
  commands.onLost(onLost);
  client.on('connect', () => (client.stream as Partial<{ unref(): void }>).unref?.());
  return { commands, connected: client.connect() };
}

async function installed<T>(load: () => Promise<T>): Promise<T | undefined> {
  try {
    return await load();
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ERR_MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}
