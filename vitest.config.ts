import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';

import { defineConfig } from 'vitest/config';

import { hasAdapter, wantedDatabases } from './test/support/services.ts';

const source = (file: string): string => fileURLToPath(new URL(`./src/${file}`, import.meta.url));

const shared = {
  resolve: {
    // Tests and examples import the package by its name and get the source, so that there is one copy of it.
    alias: [
      { find: /^blazeorm$/, replacement: source('index.ts') },
      { find: /^blazeorm\/([a-z]+)$/, replacement: source('$1.ts') },
    ],
  },
  // What servers write there is nothing to watch.
  server: { watch: { ignored: ['**/.services/**'] } },
};
/** A million rows: the way of a stream is one on all servers. */
const MEMORY = 'test/conformance/query/memory.test.ts';
/** What takes long and says nothing there that another database, or the newer server, does not say. */
const LONG: Readonly<Record<string, string[]>> = {
  postgres15: [
    'test/conformance/injection/**',
    'test/conformance/faults/**',
    'test/conformance/schema/{engine,safety}.test.ts',
    'test/random/**',
    MEMORY,
  ],
  mysql: [MEMORY],
  mariadb: [MEMORY],
};
const timeouts = { testTimeout: 30_000, hookTimeout: 60_000 };

/** The same conformance cases on each database. */
const conformance = wantedDatabases(process.env)
  .databases.filter((name) => hasAdapter.has(name))
  .map((name) => ({
    ...shared,
    test: {
      ...timeouts,
      name,
      // The library and its peers are loaded once for each worker, and not for each file, which took more than half of the time.
      // What a file leaves behind would be met by the next one: `setupFiles` fails the file that does.
      isolate: false,
      include: ['{src/testing,test}/conformance/**/*.test.ts', 'test/random/**/*.test.ts'],
      exclude: LONG[name] ?? [],
      setupFiles: ['./test/support/conformance-setup.ts'],
      provide: { database: name },
    },
  }));

export default defineConfig({
  ...shared,
  test: {
    // Much of the time is waiting for a server: with two cores one file at a time would leave one of them idle.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    globalSetup: ['./test/support/global-setup.ts'],
    reporters: ['default', './test/support/closing-line-reporter.ts'],
    projects: [
      {
        ...shared,
        test: {
          ...timeouts,
          name: 'unit',
          // Of test/types only the tests of the editor and of declarations run; the rest is compiled: `npm run test:types`.
          include: ['test/{unit,faults,examples,types,cli}/**/*.test.ts'],
        },
      },
      ...conformance,
    ],
  },
});
