import type { Engine } from './engine.ts';

/** `--engine NAME` */
export const engines: Readonly<Record<string, () => Promise<Engine>>> = {
  mariadb: async () => (await import('./mysql.ts')).mariadb,
  mysql: async () => (await import('./mysql.ts')).mysql,
  postgres: async () => (await import('./postgres.ts')).postgres,
  sqlite: async () => (await import('./sqlite.ts')).sqlite,
};
