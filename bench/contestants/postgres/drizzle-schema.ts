import { defineRelations } from 'drizzle-orm';
import { integer, numeric, pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core';

const id = () => integer().primaryKey().generatedByDefaultAsIdentity();
const money = (name: string) => numeric(name, { precision: 10, scale: 2 });

export const artist = pgTable('artist', { id: id(), name: text() });

export const album = pgTable('album', {
  id: id(),
  title: text().notNull(),
  artistId: integer('artist_id').notNull(),
});

export const genre = pgTable('genre', { id: id(), name: text() });

export const mediaType = pgTable('media_type', { id: id(), name: text() });

export const track = pgTable('track', {
  id: id(),
  name: text().notNull(),
  albumId: integer('album_id'),
  mediaTypeId: integer('media_type_id').notNull(),
  genreId: integer('genre_id'),
  composer: text(),
  milliseconds: integer().notNull(),
  bytes: integer(),
  unitPrice: money('unit_price').notNull(),
});

export const playlist = pgTable('playlist', { id: id(), name: text() });

export const playlistTrack = pgTable(
  'playlist_track',
  { playlistId: integer('playlist_id').notNull(), trackId: integer('track_id').notNull() },
  (table) => [primaryKey({ columns: [table.playlistId, table.trackId] })],
);

export const customer = pgTable('customer', {
  id: id(),
  firstName: text('first_name').notNull(),
  lastName: text('last_name').notNull(),
  company: text(),
  address: text(),
  city: text(),
  state: text(),
  country: text(),
  postalCode: text('postal_code'),
  phone: text(),
  fax: text(),
  email: text().notNull(),
  supportRepId: integer('support_rep_id'),
});

export const invoice = pgTable('invoice', {
  id: id(),
  customerId: integer('customer_id').notNull(),
  invoiceDate: timestamp('invoice_date', { withTimezone: true, precision: 3 }).notNull(),
  billingAddress: text('billing_address'),
  billingCity: text('billing_city'),
  billingState: text('billing_state'),
  billingCountry: text('billing_country'),
  billingPostalCode: text('billing_postal_code'),
  total: money('total').notNull(),
});

export const invoiceLine = pgTable('invoice_line', {
  id: id(),
  invoiceId: integer('invoice_id').notNull(),
  trackId: integer('track_id').notNull(),
  unitPrice: money('unit_price').notNull(),
  quantity: integer().notNull(),
});

const tables = { artist, album, genre, mediaType, track, playlist, playlistTrack, customer, invoice, invoiceLine };

export const relations = defineRelations(tables, (r) => ({
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
}));
