import { InvalidQueryError } from '../utils/errors.ts';

/** @throws InvalidQueryError for an option that nobody knows. */
export function refuseUnknown(place: string, options: object, known: readonly string[]): void {
  const unknown = Object.keys(options).find((key) => !known.includes(key));
  if (unknown === undefined) return;
  throw new InvalidQueryError(`${place} has no option '${unknown}'.`, {
    remedy: known.length === 0 ? 'Take it away.' : `Use ${known.join(', ')} or none.`,
  });
}
