import { integer, numeric, pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core';

const id = () => integer().primaryKey().generatedByDefaultAsIdentity();
const money = (name: string) => numeric(name, { precision: 10, scale: 2 });

const artist = pgTable('artist', { id: id(), name: text() });

const album = pgTable('album', {
  id: id(),
  title: text().notNull(),
  artistId: integer('artist_id').notNull(),
});

const genre = pgTable('genre', { id: id(), name: text() });

const mediaType = pgTable('media_type', { id: id(), name: text() });

const track = pgTable('track', {
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

const playlist = pgTable('playlist', { id: id(), name: text() });

const playlistTrack = pgTable(
  'playlist_track',
  { playlistId: integer('playlist_id').notNull(), trackId: integer('track_id').notNull() },
  (table) => [primaryKey({ columns: [table.playlistId, table.trackId] })],
);

const customer = pgTable('customer', {
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

const invoice = pgTable('invoice', {
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

const invoiceLine = pgTable('invoice_line', {
  id: id(),
  invoiceId: integer('invoice_id').notNull(),
  trackId: integer('track_id').notNull(),
  unitPrice: money('unit_price').notNull(),
  quantity: integer().notNull(),
});

export const tables = {
  artist,
  album,
  genre,
  mediaType,
  track,
  playlist,
  playlistTrack,
  customer,
  invoice,
  invoiceLine,
};
