import type { Confirmation } from '../../security/destructive.ts';
import { UnsafeMigrationError } from '../../utils/migration-errors.ts';
import type { Finding } from './finding.ts';

/** What has been looked at, and is to be done all the same. */
export interface Acknowledgement extends Confirmation {
  /** Names of findings, such as `add index post_title_idx`; `true`: all of them. */
  readonly acknowledge?: readonly string[] | true | undefined;
}

/**
 * Ask whether what would hurt those who use the database has been acknowledged, each thing by its name. What is confirmed to be
 * destroyed is acknowledged too. Asked before anything is done.
 *
 * @throws UnsafeMigrationError that lists what is missing, each with what happens and the way round it.
 * @example
 * ```ts
 * import { refuseUnsafe } from 'blazeorm/schema';
 * import type { Finding } from 'blazeorm/schema';
 * export const check = (findings: readonly Finding[]) =>
 *   refuseUnsafe(findings, { acknowledge: ['add index post_title_idx'] });
 * ```
 */
export function refuseUnsafe(findings: readonly Finding[], meant: Acknowledgement): void {
  const { acknowledge = [], confirm = [], force = false } = meant;
  if (acknowledge === true || force) return;
  const given = new Set([...acknowledge, ...confirm].map(normal));
  const missing = findings.filter(({ severity, name }) => severity !== 'advice' && !given.has(normal(name)));
  if (missing.length === 0) return;
  const names = [...new Set(missing.map(({ name }) => `'${name}'`))];
  throw new UnsafeMigrationError(
    `This hurts those who use the database meanwhile:\n${missing.map(inWords).join('\n')}`,
    { remedy: `Write it in stages (blaze makemigrations --safe), or acknowledge it by name: ${names.join(', ')}.` },
  );
}

/** A finding as it is shown to people. */
export function inWords({ name, severity, what, grows, remedy }: Finding): string {
  return `- ${name} ${WORDS[severity]}: ${what}${grows ? ' The more rows there are, the longer.' : ''} ${remedy}`;
}

const WORDS: Readonly<Record<Finding['severity'], string>> = {
  breaks: 'breaks code that runs',
  blocks: 'keeps others waiting',
  fails: 'fails on rows that are there',
  loses: 'loses data',
  unknown: 'is unknown',
  advice: 'is worth a thought',
};

/** Case and spaces are nothing that anybody means. */
function normal(name: string): string {
  return name.trim().replaceAll(/\s+/g, ' ').toLowerCase();
}
