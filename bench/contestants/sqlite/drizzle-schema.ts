import { customType, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** Timestamps are stored as `2021-01-01 00:00:00.000` and read as `Date`, as everybody reads them. */
const timestamp = customType<{ data: Date; driverData: string }>({
  dataType: () => 'text',
  fromDriver: (value) => new Date(`${value.replace(' ', 'T')}Z`),
  toDriver: (value) => value.toISOString().replace('T', ' ').slice(0, -1),
});

const id = () => integer().primaryKey({ autoIncrement: true });

const artist = sqliteTable('artist', { id: id(), name: text() });

const album = sqliteTable('album', {
  id: id(),
  title: text().notNull(),
  artistId: integer('artist_id').notNull(),
});

const genre = sqliteTable('genre', { id: id(), name: text() });

const mediaType = sqliteTable('media_type', { id: id(), name: text() });

const track = sqliteTable('track', {
  id: id(),
  name: text().notNull(),
  albumId: integer('album_id'),
  mediaTypeId: integer('media_type_id').notNull(),
  genreId: integer('genre_id'),
  composer: text(),
  milliseconds: integer().notNull(),
  bytes: integer(),
  unitPrice: text('unit_price').notNull(),
});

const playlist = sqliteTable('playlist', { id: id(), name: text() });

const playlistTrack = sqliteTable(
  'playlist_track',
  { playlistId: integer('playlist_id').notNull(), trackId: integer('track_id').notNull() },
  (table) => [primaryKey({ columns: [table.playlistId, table.trackId] })],
);

const customer = sqliteTable('customer', {
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

const invoice = sqliteTable('invoice', {
  id: id(),
  customerId: integer('customer_id').notNull(),
  invoiceDate: timestamp('invoice_date').notNull(),
  billingAddress: text('billing_address'),
  billingCity: text('billing_city'),
  billingState: text('billing_state'),
  billingCountry: text('billing_country'),
  billingPostalCode: text('billing_postal_code'),
  total: text().notNull(),
});

const invoiceLine = sqliteTable('invoice_line', {
  id: id(),
  invoiceId: integer('invoice_id').notNull(),
  trackId: integer('track_id').notNull(),
  unitPrice: text('unit_price').notNull(),
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
