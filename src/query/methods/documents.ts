import { arrayLength, arrayTest } from '../arrays.ts';
import { hasKey, jsonAs, jsonAt, jsonContains } from '../json.ts';
import type { Method } from './subject.ts';

/** Methods of JSON and arrays. */
export const DOCUMENT_METHODS: Readonly<Record<string, Method>> = {
  path: ({ node, label }, ...steps) => jsonAt(node, steps, label),
  hasKey: ({ node, label }, key) => hasKey(node, key, label),
  jsonContains: ({ node, label }, value) => jsonContains(node, value, label),
  asText: ({ node, label }) => jsonAs(jsonAt(node, [], label), 'text'),
  asNumber: ({ node, label }) => jsonAs(jsonAt(node, [], label), 'number'),
  asBool: ({ node, label }) => jsonAs(jsonAt(node, [], label), 'bool'),
  arrayContains: ({ node, label }, items) => arrayTest('contains', node, items, label),
  arrayOverlaps: ({ node, label }, items) => arrayTest('overlaps', node, items, label),
  arrayLength: ({ node, label }) => arrayLength(node, label),
};
