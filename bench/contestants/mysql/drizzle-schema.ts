import { defineRelations } from 'drizzle-orm';
import { datetime, decimal, int, mysqlTable, primaryKey, varchar } from 'drizzle-orm/mysql-core';

const id = () => int().primaryKey().autoincrement();
const text = (length: number, name?: string) => (name === undefined ? varchar({ length }) : varchar(name, { length }));
const money = (name: string) => decimal(name, { precision: 10, scale: 2 });

export const artist = mysqlTable('artist', { id: id(), name: text(120) });

export const album = mysqlTable('album', {
  id: id(),
  title: text(160).notNull(),
  artistId: int('artist_id').notNull(),
});

export const genre = mysqlTable('genre', { id: id(), name: text(120) });

export const mediaType = mysqlTable('media_type', { id: id(), name: text(120) });

export const track = mysqlTable('track', {
  id: id(),
  name: text(200).notNull(),
  albumId: int('album_id'),
  mediaTypeId: int('media_type_id').notNull(),
  genreId: int('genre_id'),
  composer: text(220),
  milliseconds: int().notNull(),
  bytes: int(),
  unitPrice: money('unit_price').notNull(),
});

export const playlist = mysqlTable('playlist', { id: id(), name: text(120) });

export const playlistTrack = mysqlTable(
  'playlist_track',
  { playlistId: int('playlist_id').notNull(), trackId: int('track_id').notNull() },
  (table) => [primaryKey({ columns: [table.playlistId, table.trackId] })],
);

export const customer = mysqlTable('customer', {
  id: id(),
  firstName: text(40, 'first_name').notNull(),
  lastName: text(20, 'last_name').notNull(),
  company: text(80),
  address: text(70),
  city: text(40),
  state: text(40),
  country: text(40),
  postalCode: text(10, 'postal_code'),
  phone: text(24),
  fax: text(24),
  email: text(60).notNull(),
  supportRepId: int('support_rep_id'),
});

export const invoice = mysqlTable('invoice', {
  id: id(),
  customerId: int('customer_id').notNull(),
  invoiceDate: datetime('invoice_date', { fsp: 3 }).notNull(),
  billingAddress: text(70, 'billing_address'),
  billingCity: text(40, 'billing_city'),
  billingState: text(40, 'billing_state'),
  billingCountry: text(40, 'billing_country'),
  billingPostalCode: text(10, 'billing_postal_code'),
  total: money('total').notNull(),
});

export const invoiceLine = mysqlTable('invoice_line', {
  id: id(),
  invoiceId: int('invoice_id').notNull(),
  trackId: int('track_id').notNull(),
  unitPrice: money('unit_price').notNull(),
  quantity: int().notNull(),
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
