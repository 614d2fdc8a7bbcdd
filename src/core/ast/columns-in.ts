import type { Expression } from './expressions.ts';

/** The names of the columns that an expression on one table's own columns reads. SQL of the application's own is not looked into. */
export function columnsIn(node: Expression): readonly string[] {
  const found = new Set<string>();
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    if ('kind' in value && value.kind === 'column' && 'column' in value) found.add(String(value.column));
    else for (const [key, inner] of Object.entries(value)) if (!NO_NODES.has(key)) visit(inner);
  };
  visit(node);
  return [...found];
}

/** What holds types, values and names. */
const NO_NODES = new Set(['type', 'value', 'values', 'label', 'steps', 'later']);
