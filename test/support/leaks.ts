import { inspect } from 'node:util';

/**
 * Where a text shows in a value, whatever looks: its own properties, hidden ones too, down to the last cause; as text, as
 * JSON, and as `util.inspect` prints it.
 */
export function leaksOf(value: unknown, sentinel: string): string[] {
  const places = inProperties(value, 'value', sentinel, new Set());
  const printed: Readonly<Record<string, () => string>> = {
    String: () => Reflect.apply(String, undefined, [value]),
    JSON: () => JSON.stringify({ value }, withoutCircles()),
    inspect: () => inspect(value),
    'inspect, all of it': () => inspect(value, { depth: Infinity, showHidden: true, getters: true }),
    'inspect without its own way': () =>
      inspect(value, { depth: Infinity, showHidden: true, customInspect: false, maxStringLength: null }),
  };
  for (const [how, print] of Object.entries(printed)) if (print().includes(sentinel)) places.push(how);
  return places;
}

function inProperties(value: unknown, place: string, sentinel: string, seen: Set<unknown>): string[] {
  if (typeof value === 'string') return value.includes(sentinel) ? [place] : [];
  if (value instanceof Uint8Array) return Buffer.from(value).includes(sentinel) ? [place] : [];
  if (typeof value !== 'object' || value === null || seen.has(value)) return [];
  seen.add(value);
  return Reflect.ownKeys(value).flatMap((key) => {
    const name = `${place}.${String(key)}`;
    const named = String(key).includes(sentinel) ? [name] : [];
    return [...named, ...inProperties(Reflect.get(value, key), name, sentinel, seen)];
  });
}

/** For `JSON.stringify`: what was written already is not written again. */
function withoutCircles(): (key: string, value: unknown) => unknown {
  const seen = new Set<unknown>();
  return (_, value) => {
    if (typeof value === 'bigint') return String(value);
    if (typeof value !== 'object' || value === null) return value;
    if (seen.has(value)) return undefined;
    seen.add(value);
    return value;
  };
}
