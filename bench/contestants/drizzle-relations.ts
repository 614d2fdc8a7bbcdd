import { defineRelations } from 'drizzle-orm';
import type { ExtractTablesFromSchema, ExtractTablesWithRelations, RelationsBuilder, Table } from 'drizzle-orm';
import type { tables as some } from './sqlite/drizzle-schema.ts';

type Some = ExtractTablesFromSchema<typeof some>;

/** Which tables belong together: by the same names on every engine, whatever the types of their columns. */
const relations = (r: RelationsBuilder<Some>) => ({
  album: { artist: r.one.artist({ from: r.album.artistId, to: r.artist.id, optional: false }) },
  track: {
    album: r.one.album({ from: r.track.albumId, to: r.album.id }),
    genre: r.one.genre({ from: r.track.genreId, to: r.genre.id }),
    mediaType: r.one.mediaType({ from: r.track.mediaTypeId, to: r.mediaType.id, optional: false }),
  },
  invoice: {
    customer: r.one.customer({ from: r.invoice.customerId, to: r.customer.id, optional: false }),
    lines: r.many.invoiceLine({ from: r.invoice.id, to: r.invoiceLine.invoiceId }),
  },
  invoiceLine: { track: r.one.track({ from: r.invoiceLine.trackId, to: r.track.id, optional: false }) },
  playlist: {
    tracks: r.many.track({
      from: r.playlist.id.through(r.playlistTrack.playlistId),
      to: r.track.id.through(r.playlistTrack.trackId),
    }),
  },
});

/** The relations between the tables of an engine. */
export function relate<Tables extends Record<keyof typeof some, Table>>(
  tables: Tables,
): ExtractTablesWithRelations<ReturnType<typeof relations>, Tables> {
  // Named cast: the builder of another engine has the same names, and they alone are read.
  return defineRelations(tables as unknown as typeof some, relations) as never;
}
