import { randomBytes } from 'node:crypto';
import { describe } from '../core/value-types.ts';
import { ConfigError } from '../utils/errors.ts';
import { own } from '../utils/own.ts';
import { LEASE_MS } from './backend.ts';
import type { CacheAnswer, CacheBackend, CacheEntry, CacheQuestion } from './backend.ts';
import { commandsOf, connectTo } from './redis-client.ts';
import type { Connecting, RedisClient, RedisCommands } from './redis-client.ts';
import { CLEAR, DELETE, GET, HOLD, RELEASE, SET } from './redis-scripts.ts';
import type { Script } from './redis-scripts.ts';

export interface RedisCacheOptions {
  /**
   * In front of all keys. The same wherever the same database is used, another for each database server: who uses another name
   * neither sees the entries nor says what he changes.
   */
  readonly name: string;
  /** A client of `redis` or of `ioredis` that is connected; whoever made it closes it. */
  readonly client?: RedisClient;
  /** Where the server is, in place of a client: for the package `redis` or `ioredis`, whichever is installed. */
  readonly url?: string;
  /** Milliseconds that reading may take; then the database is asked. Default 100. */
  readonly timeout?: number;
  /** Milliseconds that a transaction waits before its COMMIT for what it changes to be held. Default 1000. */
  readonly holdTimeout?: number;
  /** Milliseconds after which the holds of a process that died end. Longer than any COMMIT takes. Default 300,000. */
  readonly holdFor?: number;
  /**
   * Milliseconds after an outage in which nothing is taken from the cache: so long others may still be cut off, who write without being
   * able to say so. Default 5000.
   */
  readonly settle?: number;
  /** Characters that the text of one entry may have at most; greater ones are not kept. Default 1,000,000. */
  readonly maxLength?: number;
  /** Whether a transaction that cannot say what it changes is rolled back, rather than committed. Default false. */
  readonly strict?: boolean;
}

const NUMBERS = { timeout: 100, holdTimeout: 1_000, holdFor: 300_000, settle: 5_000, maxLength: 1_000_000 };
const OPTIONS = ['name', 'client', 'url', 'strict', ...Object.keys(NUMBERS)];

/**
 * A cache in Redis (6.2 and later, and what speaks as it does), which several processes share: what one of them writes, none
 * takes from the cache any more.
 *
 * @example
 * ```ts
 * import { Database } from 'blazeorm';
 * import { RedisCache } from 'blazeorm/redis';
 * const cache = new RedisCache({ name: 'shop', url: 'redis://localhost:6379' });
 * const db = await Database.connect('postgres://localhost/shop', { models: [], cache });
 * ```
 */
export class RedisCache implements CacheBackend {
  readonly shared = true;
  readonly timeout: number;
  readonly holdTimeout: number;
  readonly holdFor: number;
  readonly strict: boolean;
  /** How often the connection was lost, or could not be made. */
  interruptions = 0;
  readonly #prefix: string;
  readonly #settle: number;
  readonly #maxLength: number;
  readonly #url: string | undefined;
  readonly #given: RedisCommands | undefined;
  #connecting: Promise<Connecting> | undefined;

  /** @throws ConfigError for an option that it does not have, or cannot use; never quotes the url. */
  constructor(given: RedisCacheOptions) {
    const options = checked(given);
    this.#prefix = `{${options.name}}`;
    this.timeout = options.timeout;
    this.holdTimeout = options.holdTimeout;
    this.holdFor = options.holdFor;
    this.strict = options.strict ?? false;
    this.#settle = options.settle;
    this.#maxLength = options.maxLength;
    this.#url = options.url;
    if (options.client === undefined) return;
    this.#given = commandsOf(options.client);
    this.#given.onLost(this.#lost);
  }

  /** Without it the first command connects: loading the client's package alone takes longer than a COMMIT should. */
  async connect(): Promise<void> {
    // Whether the server is there is seen when something is sent.
    if (this.#url !== undefined) await (this.#connecting ??= this.#connect(this.#url));
  }

  async get(questions: readonly CacheQuestion[], token: string | undefined): Promise<CacheAnswer[]> {
    const { keys, marks, places } = this.#keysOf(questions);
    const life = LEASE_MS + Math.max(...questions.map(({ ttl }) => ttl));
    const args = [marks, token ?? '', fresh(), LEASE_MS, Math.ceil(life), ...places];
    const answers = await this.#run(GET, keys, args);
    if (!Array.isArray(answers)) throw new TypeError('Redis gave no list.');
    return answers.map(answerOf);
  }

  async set(entries: readonly CacheEntry[], token: string): Promise<void> {
    const { keys, marks, places } = this.#keysOf(entries);
    const values = entries.flatMap(({ ttl, value }, i) =>
      value === undefined || value.length > this.#maxLength ? [places[i]!, 0, ''] : [places[i]!, Math.ceil(ttl), value],
    );
    await this.#run(SET, keys, [marks, token, ...values]);
  }

  async hold(marks: readonly string[], holder: string, milliseconds: number): Promise<void> {
    await this.#run(HOLD, this.#marks(marks), [`h${holder}`, milliseconds]);
  }

  async release(marks: readonly string[], holder: string): Promise<void> {
    await this.#run(RELEASE, this.#marks(marks), [`h${holder}`]);
  }

  async delete(marks: readonly string[], keys: readonly string[]): Promise<void> {
    const entries = keys.map((key) => this.#entry(key));
    await this.#run(DELETE, [...this.#marks(marks), ...entries], [marks.length]);
  }

  async clear(): Promise<void> {
    await this.#run(CLEAR, [this.#state], [fresh(), 0]);
  }

  async recover(): Promise<void> {
    await this.#run(CLEAR, [this.#state], [fresh(), this.#settle]);
  }

  /** Close the connection, if it was made by a url; a client that was given stays as it is. */
  async close(): Promise<void> {
    if (this.#url === undefined) return;
    const connecting = this.#connecting;
    this.#connecting = undefined;
    (await connecting)?.commands.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  get #state(): string {
    return `${this.#prefix}:state`;
  }

  #entry(key: string): string {
    return `${this.#prefix}:e:${key}`;
  }

  #marks(marks: readonly string[]): string[] {
    return marks.map((mark) => `${this.#prefix}:m:${mark}`);
  }

  /** All keys of some questions, each mark once; and where the marks of each stand. */
  #keysOf(questions: readonly CacheQuestion[]): { keys: string[]; marks: number; places: string[] } {
    const positions = new Map<string, number>();
    const places = questions.map(({ marks }) =>
      marks
        .map((mark) => {
          let position = positions.get(mark);
          if (position === undefined) positions.set(mark, (position = positions.size + 1));
          return position;
        })
        .join(),
    );
    const entries = questions.map(({ key }) => this.#entry(key));
    return { keys: [this.#state, ...this.#marks([...positions.keys()]), ...entries], marks: positions.size, places };
  }

  /** By its sum; with its text where the server does not know it yet. */
  async #run(script: Script, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> {
    const commands = this.#given ?? (await this.#connected());
    if (!commands.isReady) throw new NotConnectedError('Redis is not connected.');
    const rest = [String(keys.length), ...keys, ...args.map(String)];
    try {
      return await commands.send(['EVALSHA', script.sha, ...rest]);
    } catch (error) {
      if (!String((error as Error | undefined)?.message).startsWith('NOSCRIPT')) throw error;
      return commands.send(['EVAL', script.text, ...rest]);
    }
  }

  /** Nobody waits for a server that could not be reached at once. */
  async #connected(): Promise<RedisCommands> {
    this.#connecting ??= this.#connect(this.#url!);
    const { commands, connected } = await this.#connecting;
    if (!commands.isReady && this.interruptions === 0) await connected;
    return commands;
  }

  async #connect(url: string): Promise<Connecting> {
    const connecting = await connectTo(url, this.#lost);
    // Whether it comes to anything is seen when something is sent.
    connecting.connected.catch(this.#lost);
    return connecting;
  }

  readonly #lost = (): void => {
    this.interruptions++;
  };
}

/** The server is away. */
class NotConnectedError extends Error {
  override readonly name = 'NotConnectedError';
}

/** A version that was never there. */
function fresh(): string {
  return randomBytes(9).toString('base64url');
}

function answerOf(answer: unknown): CacheAnswer {
  const text = String(answer);
  switch (text[0]) {
    case 'v':
      return { kind: 'hit', value: text.slice(1) };
    case 'l':
      return { kind: 'load' };
    case 'w':
      return { kind: 'loading' };
    default:
      return { kind: 'held' };
  }
}

type Checked = RedisCacheOptions & typeof NUMBERS;

/** @throws ConfigError */
function checked(given: RedisCacheOptions): Checked {
  const options: Checked = { ...NUMBERS, ...own(given ?? {}) };
  const refuse = (field: string, problem: string, remedy?: string): ConfigError =>
    new ConfigError(`${problem}.`, { field, remedy });
  for (const field of Object.keys(options))
    if (!OPTIONS.includes(field))
      throw refuse(field, `RedisCache has no option '${field}'`, `Use one of: ${OPTIONS.join(', ')}.`);
  const { name, client, url, strict = false } = options;
  if (typeof name !== 'string' || !/^[\w.-]{1,100}$/.test(name))
    throw refuse(
      'name',
      "RedisCache needs a 'name' of letters, digits, '_', '.' and '-'",
      'Name the database that it is for.',
    );
  if ((client === undefined) === (url === undefined))
    throw refuse('client', "RedisCache takes one of 'client' and 'url'", 'Leave the other out.');
  if (url !== undefined && (typeof url !== 'string' || !/^rediss?:\/\//.test(url)))
    throw refuse('url', "The option 'url' of RedisCache begins with redis:// or rediss://");
  if (typeof strict !== 'boolean')
    throw refuse('strict', `The option 'strict' of RedisCache is true or false, not ${describe(strict)}`);
  for (const field of Object.keys(NUMBERS) as (keyof typeof NUMBERS)[]) {
    const value = options[field];
    if (!Number.isSafeInteger(value) || value < (field === 'settle' ? 0 : 1))
      throw refuse(field, `The option '${field}' of RedisCache is a whole number above 0, not ${describe(value)}`);
  }
  return options;
}
