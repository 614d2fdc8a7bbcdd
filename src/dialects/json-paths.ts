import { UnsupportedError } from '../utils/errors.ts';

/**
 * Paths into JSON as SQLite, MySQL and MariaDB read them: `$."a"[0]`. Keys are quoted as JSON texts, so that whatever is in
 * them is part of the key.
 */
export function jsonPathText(steps: unknown): string {
  const legs = (steps as readonly (string | number)[]).map((step) =>
    typeof step === 'number' ? `[${step}]` : `.${JSON.stringify(step)}`,
  );
  return `$${legs.join('')}`;
}

/**
 * The same for MariaDB, which since it knows negative positions finds no key that begins with a minus, however it is quoted
 * (https://jira.mariadb.org/browse/MDEV-22224).
 *
 * @throws UnsupportedError for such a key.
 */
export function jsonPathOfMariaDB(steps: unknown): string {
  if (!(steps as readonly unknown[]).some((step) => typeof step === 'string' && step.startsWith('-')))
    return jsonPathText(steps);
  throw new UnsupportedError('MariaDB finds no key in JSON that begins with a minus.', {
    feature: 'keys in JSON that begin with a minus',
    remedy: 'Read the value, and look for the key in it.',
  });
}
