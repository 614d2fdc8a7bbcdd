/** Results as plain data that can be compared. */
import { Decimal } from './decimal.ts';
import type { Value } from './values.ts';

/** What is loaded of an entity's relations, by name. */
export interface Tree {
  readonly [relation: string]: Tree;
}

/** Paths of relations as a tree. */
export function treeOf(paths: readonly string[]): Tree {
  const tree: Record<string, Tree> = {};
  for (const path of paths) {
    let at = tree;
    for (const step of path.split('.')) at = (at[step] ??= {}) as Record<string, Tree>;
  }
  return tree;
}

/** A value as one that is equal to another if both are the same. Of floating-point numbers the last digits do not count. */
export function plain(value: unknown): unknown {
  if (value instanceof Decimal) return String(value);
  if (value instanceof Date) return value;
  if (typeof value === 'number') return value === 0 ? 0 : Number(value.toPrecision(12));
  return value;
}

export function picture(values: Readonly<Record<string, Value>>, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(names.map((name) => [name, plain(values[name])]));
}
