import { fileURLToPath } from 'node:url';

import { defineConfig } from 'vitest/config';

const source = (file: string): string => fileURLToPath(new URL(`./src/${file}`, import.meta.url));

export default defineConfig({
  resolve: {
    // Tests and examples import the package by its name and get the source, so that there is one copy of it.
    alias: [
      { find: /^blazeorm$/, replacement: source('index.ts') },
      { find: /^blazeorm\/([a-z]+)$/, replacement: source('$1.ts') },
    ],
  },
  // What servers write there is nothing to watch.
  server: { watch: { ignored: ['**/.services/**'] } },
  test: {
    // Of test/types only the tests of the editor and of declarations run; the rest is compiled: `npm run test:types`.
    include: ['test/{unit,conformance,faults,examples,types}/**/*.test.ts'],
    globalSetup: ['./test/support/global-setup.ts'],
    reporters: ['default', './test/support/closing-line-reporter.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
