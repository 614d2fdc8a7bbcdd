import type { Engine } from './engine.ts';

/** `--engine NAME` */
export const engines: Readonly<Record<string, () => Promise<Engine>>> = {
  postgres: async () => (await import('./postgres.ts')).postgres,
  sqlite: async () => (await import('./sqlite.ts')).sqlite,
};
