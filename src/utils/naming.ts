import { createHash } from 'node:crypto';

/**
 * camelCase or PascalCase to snake_case: `unitPrice` → `unit_price`, `HTTPServer` → `http_server`.
 *
 * @example
 * ```ts
 * import { snakeCase } from 'blazeorm';
 * export const column = snakeCase('billingPostalCode'); // 'billing_postal_code'
 * ```
 */
export function snakeCase(name: string): string {
  return name
    .replace(/([a-z\d])([A-Z])/g, '$1_$2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1_$2')
    .toLowerCase();
}

/** The candidate nearest to `name`, for "did you mean"; `undefined` when none is close. */
export function nearest(name: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  // One slip for a short name, more for a long one.
  let bestDistance = Math.floor(name.length / 3) + 2;
  for (const candidate of candidates) {
    const distance = editDistance(name, candidate, bestDistance);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** "Did you mean …?" or the list of what there is. */
export function suggest(name: string, candidates: Iterable<string>): string {
  const all = [...candidates];
  const close = nearest(name, all);
  if (close !== undefined) return `Did you mean '${close}'?`;
  return all.length === 0 ? 'There is none.' : `Use one of: ${all.join(', ')}.`;
}

/** Levenshtein's distance by two rows (Wagner & Fischer 1974), given up at `limit`. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(change, previous[j]! + 1, current[j - 1]! + 1));
    }
    previous = current;
  }
  return previous[b.length]!;
}

/** A model's name with its article: `an Author`, `a Post`. */
export function withArticle(name: string): string {
  return `${/^[aeiou]/i.test(name) ? 'an' : 'a'} ${name}`;
}

/** The same at the beginning of a sentence. */
export function withCapitalArticle(name: string): string {
  return `A${withArticle(name).slice(1)}`;
}

/** Bytes of the longest name that every database keeps whole: PostgreSQL cuts at 63, MySQL refuses above 64 characters. */
export const MAX_NAME_BYTES = 63;

/**
 * A name that was put together, as it is or, where it is too long, cut and told apart by a hash of the whole: the same for the
 * same name, whenever and wherever it is made.
 */
export function shortName(name: string): string {
  if (Buffer.byteLength(name) <= MAX_NAME_BYTES) return name;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 8);
  let kept = '';
  for (const character of name) {
    if (Buffer.byteLength(kept + character) > MAX_NAME_BYTES - hash.length - 1) break;
    kept += character;
  }
  return `${kept}_${hash}`;
}
