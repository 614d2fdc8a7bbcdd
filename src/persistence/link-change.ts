import type { LinkMeta } from '../core/metadata.ts';

/** A row of a link table: the entities at its two ends, in the table's own order. */
export interface LinkChange {
  readonly link: LinkMeta;
  readonly source: object;
  readonly target: object;
}
