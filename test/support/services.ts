/** Which databases the tests want, and what a run says about one that it lacks. */

/** The servers that `scripts/services.sh` can start, and the variable that holds the address of each. */
export const serverVariables = {
  postgres: 'POSTGRES_URL',
  postgres15: 'POSTGRES15_URL',
  mysql: 'MYSQL_URL',
  mariadb: 'MARIADB_URL',
  galera: 'GALERA_URL',
  redis: 'REDIS_URL',
  pgbouncer: 'PGBOUNCER_URL',
  replica: 'POSTGRES_REPLICA_URL',
  postgres_tls: 'POSTGRES_TLS_URL',
  mysql_tls: 'MYSQL_TLS_URL',
  mariadb_tls: 'MARIADB_TLS_URL',
} as const;

export type ServerName = keyof typeof serverVariables;
export type DatabaseName = 'sqlite' | ServerName;

/** What the tests run on unless `BLAZE_TEST_DATABASES` says otherwise. An adapter that is new adds its servers here. */
export const wantedByDefault: readonly DatabaseName[] = [
  'sqlite',
  'postgres',
  'postgres15',
  'mysql',
  'mariadb',
  'galera',
  'redis',
  'pgbouncer',
  'replica',
];

/** Databases that the library has an adapter for: the conformance cases run on them. */
export const hasAdapter: ReadonlySet<DatabaseName> = new Set(['sqlite', 'postgres', 'postgres15', 'mysql', 'mariadb']);

/** Addresses by name, of those that there are. */
export type ServerUrls = Partial<Record<ServerName, string>>;

export interface Wanted {
  readonly databases: readonly DatabaseName[];
  /** Does the run fail if one of them is missing? */
  readonly required: boolean;
}

export type Environment = Readonly<Record<string, string | undefined>>;

const isDatabase = (name: string): name is DatabaseName => name === 'sqlite' || Object.hasOwn(serverVariables, name);
const isOn = (value: string | undefined): boolean => value === 'true' || value === '1';

/** What this run is about. Databases that are named one by one must be there; so must all in continuous integration. */
export function wantedDatabases(environment: Environment): Wanted {
  const named = (environment['BLAZE_TEST_DATABASES'] ?? '').split(',').flatMap((name) => name.trim() || []);
  const unknown = named.filter((name) => !isDatabase(name));
  if (unknown.length > 0) {
    const known = ['sqlite', ...Object.keys(serverVariables)].join(', ');
    throw new Error(`BLAZE_TEST_DATABASES names ${unknown.join(', ')}; there are: ${known}`);
  }
  return {
    databases: named.length > 0 ? named.filter(isDatabase) : wantedByDefault,
    required: named.length > 0 || isOn(environment['CI']) || isOn(environment['BLAZE_REQUIRE_SERVERS']),
  };
}

/** The names of a record by server. */
export const namesOf = (record: Partial<Record<ServerName, string>>): ServerName[] =>
  Object.keys(record) as ServerName[];

/** What a run says about a server that it lacks: which one, why, and what helps. */
export function missingMessage(name: ServerName, reason: string, required: boolean): string {
  return [
    `NO ${name.toUpperCase()} SERVER FOR THE TESTS: ${reason}`,
    `  Give one with ${givenBy(name)}=…, see what \`npm run services -- up ${name}\` says,`,
    '  or name the databases to test: BLAZE_TEST_DATABASES=sqlite',
    required ? '  This run fails without it.' : '  What is tested on it is skipped.',
  ].join('\n');
}

/** The variable that gives a server that runs already. */
export const givenBy = (name: ServerName): string => `BLAZE_TEST_${serverVariables[name]}`;
