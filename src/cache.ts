/** Second-level caches: in memory, none, and what one of your own has to do. That in Redis is `blazeorm/redis`. */
export { InMemoryCache } from './cache/memory.ts';
export type { InMemoryCacheOptions } from './cache/memory.ts';
export { NoOpCache } from './cache/no-op.ts';
export { LEASE_MS } from './cache/backend.ts';
export type { CacheAnswer, CacheBackend, CacheEntry, CacheQuestion } from './cache/backend.ts';
