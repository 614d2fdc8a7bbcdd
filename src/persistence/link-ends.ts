import type { FieldMeta, LinkMeta } from '../core/metadata.ts';
import { partsOf, sidesOf } from '../core/relation-keys.ts';
import { readField } from './entity-codec.ts';
import type { EntityCodec } from './entity-codec.ts';
import type { LinkChange } from './link-change.ts';

/** The columns of the rows of a link that say which two it joins; one that both keys have stands there once. */
export function endFields({ source, target }: LinkMeta): readonly FieldMeta[] {
  return [...new Set([...partsOf(source), ...partsOf(target)])];
}

/** Their values for each pair, in that order. */
export function endValues(codec: EntityCodec, link: LinkMeta, pairs: readonly LinkChange[]): unknown[][] {
  const [from, to] = sidesOf(link);
  const parts = endFields(link).map((field) => {
    const side = partsOf(from.sourceField).includes(field) ? from : to;
    const other = partsOf(side.targetField)[partsOf(side.sourceField).indexOf(field)]!;
    return { field, other, end: side === from ? ('source' as const) : ('target' as const) };
  });
  return pairs.map((pair) =>
    parts.map(({ field, other, end }) => codec.encodeField(field, readField(pair[end], other))),
  );
}
