import type { TestProject } from 'vitest/node';

import { missingMessage, namesOf, wantedDatabases } from './services.ts';
import type { DatabaseName, ServerName, ServerUrls } from './services.ts';
import { startServers } from './start-services.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** What this run is about. */
    readonly databases: readonly DatabaseName[];
    /** In the conformance cases: the database that they run on. */
    readonly database: DatabaseName;
    /** Where the servers among them are; none for those that are missing. */
    readonly servers: ServerUrls;
  }
}

/** Before all tests: gets the servers that they want and tells them the addresses. After them: ends what it started. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const { databases, required } = wantedDatabases(process.env);
  const names = databases.filter((name): name is ServerName => name !== 'sqlite');
  const { urls, missing, end } = await startServers(names, process.env);
  project.provide('databases', databases);
  project.provide('servers', urls);

  for (const name of namesOf(missing)) {
    const message = missingMessage(name, missing[name] ?? '', required);
    if (required) failRun(project, message);
    else process.stderr.write(`\n${message}\n`);
  }
  return end;
}

/** One failure of the run, beside those of its tests: the others still run, and the line that closes it counts it. */
function failRun({ vitest }: TestProject, message: string): void {
  const error = new Error(message);
  // Where this was noticed is of no interest.
  error.stack = '';
  vitest.state.catchError(error, 'Missing Server');
}
