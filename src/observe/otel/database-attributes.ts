import type { Attributes } from '@opentelemetry/api';
import type { StatementDatabase } from '../../adapters/statement-events.ts';
import { ATTRIBUTE } from './names.ts';

/** Where the convention has another name for a database. */
const SYSTEMS: Readonly<Record<string, string>> = { postgres: 'postgresql' };
const PORTS: Readonly<Record<string, number>> = { postgres: 5432, mysql: 3306, mariadb: 3306 };

/** What all telemetry says of a database: what it is, and where, as it was given when it was opened. */
export function databaseAttributes({ dialect, name, host, port }: StatementDatabase): Attributes {
  return {
    [ATTRIBUTE.system]: SYSTEMS[dialect] ?? dialect,
    ...(name !== undefined && { [ATTRIBUTE.namespace]: name }),
    ...(host !== undefined && { [ATTRIBUTE.serverAddress]: host }),
    ...(port !== undefined && port !== PORTS[dialect] && { [ATTRIBUTE.serverPort]: port }),
  };
}
