import type { Engine } from './engine.ts';

/** `--engine NAME` */
export const engines: Readonly<Record<string, () => Promise<Engine>>> = {
  sqlite: async () => (await import('./sqlite.ts')).sqlite,
};
