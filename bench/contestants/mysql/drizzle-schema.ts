import { datetime, decimal, int, mysqlTable, primaryKey, varchar } from 'drizzle-orm/mysql-core';

const id = () => int().primaryKey().autoincrement();
const text = (length: number, name?: string) => (name === undefined ? varchar({ length }) : varchar(name, { length }));
const money = (name: string) => decimal(name, { precision: 10, scale: 2 });

const artist = mysqlTable('artist', { id: id(), name: text(120) });

const album = mysqlTable('album', {
  id: id(),
  title: text(160).notNull(),
  artistId: int('artist_id').notNull(),
});

const genre = mysqlTable('genre', { id: id(), name: text(120) });

const mediaType = mysqlTable('media_type', { id: id(), name: text(120) });

const track = mysqlTable('track', {
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

const playlist = mysqlTable('playlist', { id: id(), name: text(120) });

const playlistTrack = mysqlTable(
  'playlist_track',
  { playlistId: int('playlist_id').notNull(), trackId: int('track_id').notNull() },
  (table) => [primaryKey({ columns: [table.playlistId, table.trackId] })],
);

const customer = mysqlTable('customer', {
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

const invoice = mysqlTable('invoice', {
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

const invoiceLine = mysqlTable('invoice_line', {
  id: id(),
  invoiceId: int('invoice_id').notNull(),
  trackId: int('track_id').notNull(),
  unitPrice: money('unit_price').notNull(),
  quantity: int().notNull(),
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
