import { ConnectionError } from '../../utils/errors.ts';

/** The oldest version that is tested. */
const MINIMUM = 15;

/**
 * Settings on which it depends what values mean. A role, a database or the server may have others, with which bytes would
 * be misread, fractions rounded, texts of statements read otherwise, and NULL in an array be a word.
 */
const NEEDED: readonly (readonly [name: string, value: string, isFine: (value: string) => boolean])[] = [
  ['DateStyle', 'ISO', (value) => value.startsWith('ISO')],
  ['TimeZone', 'UTC', (value) => value === 'UTC' || value === 'Etc/UTC'],
  ['bytea_output', 'hex', (value) => value === 'hex'],
  ['extra_float_digits', '1', (value) => Number(value) > 0],
  ['standard_conforming_strings', 'on', (value) => value === 'on'],
  ['array_nulls', 'on', (value) => value === 'on'],
];

/** What a connection asks before anything else; `corrections` reads the answer. */
export const QUESTION = `SELECT ${[
  'server_version_num',
  'server_encoding',
  'session_replication_role',
  ...NEEDED.map(([name]) => name),
]
  .map((name) => `current_setting('${name}')`)
  .join(', ')}`;

/**
 * The settings that have to be made, as `name = value`; none on most servers.
 *
 * @throws ConnectionError for what cannot be set: the version, the encoding, foreign keys that are not checked.
 */
export function corrections([version, encoding, role, ...values]: readonly string[]): string[] {
  if (Number(version) < MINIMUM * 10_000)
    throw new ConnectionError(`PostgreSQL ${MINIMUM} or later is needed.`, { remedy: 'Upgrade the server.' });
  if (encoding !== 'UTF8')
    throw new ConnectionError(`The database stores text as ${encoding}, which cannot hold every text.`, {
      remedy: "Create it with ENCODING 'UTF8'.",
    });
  if (role === 'replica')
    throw new ConnectionError("session_replication_role is 'replica', with which foreign keys are not checked.", {
      remedy: 'Take it off the role or the database: ALTER ROLE … RESET session_replication_role.',
    });
  return NEEDED.flatMap(([name, value, isFine], i) => (isFine(values[i]!) ? [] : [`${name} = '${value}'`]));
}
