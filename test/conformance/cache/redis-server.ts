import { inject } from 'vitest';

/** The Redis of this run, if there is one. */
export const redisUrl: string | undefined = inject('servers').redis;
