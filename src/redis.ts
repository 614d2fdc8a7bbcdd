/** The second-level cache in Redis. A client is a peer dependency of this entry alone: `redis` or `ioredis`. */
export { RedisCache } from './cache/redis.ts';
export type { RedisCacheOptions } from './cache/redis.ts';
export type { IoRedisClient, NodeRedisClient, RedisClient } from './cache/redis-client.ts';
