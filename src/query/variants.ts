import type { Selection } from '../core/ast/expressions.ts';
import type { Segment } from './plan.ts';
import { columnOf } from './scope.ts';

/**
 * The rows of a model whose table subclasses share may be of any of them: their columns are read as well, and each class
 * has a segment of its own. A query for some of the root's fields reads no others; what a subclass adds is then missing.
 */
export function withVariants(segment: Segment, alias: string, optional: boolean, columns: Selection[]): Segment {
  const { meta, fields, positions } = segment;
  if (meta.inheritance === undefined || meta.inheritance.root !== meta) return segment;
  const { variants, columns: layout } = meta.inheritance;
  const whole = fields.length === meta.fields.length;
  const read = new Map(fields.map((field, i) => [field.index, positions[i]!]));
  if (whole) {
    for (let i = meta.fields.length; i < layout.length; i++)
      read.set(i, columns.push({ expression: columnOf(alias, layout[i]!, optional), as: undefined }) - 1);
  }
  const own = [...variants].map(([value, variant]): [unknown, Segment] => {
    const known = variant.meta.fields.filter((_, i) => read.has(variant.positions[i]!));
    const places = known.map((field) => read.get(variant.positions[field.index]!)!);
    return [value, { ...segment, meta: variant.meta, fields: known, positions: places }];
  });
  return { ...segment, variants: new Map(own) };
}
