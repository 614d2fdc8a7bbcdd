/**
 * The Chinook music store, all 11 tables and columns, and ten typical queries: what `scripts/type-cost.ts` measures. The
 * same file in other libraries' terms takes 11,300 (Prisma, generated), 18,600 (Kysely), 119,000 (MikroORM) and 143,000
 * (Drizzle) instantiations.
 */
import { f, model, oneOf, type Session } from './orm.ts';

export class Artist extends model('artist', {
  id: f.auto(),
  name: f.string({ maxLength: 120, nullable: true }),
  albums: f.reverse(() => Album, 'artist'),
}) {}

export class Album extends model('album', {
  id: f.auto(),
  title: f.string({ maxLength: 160 }),
  artist: f.foreignKey(() => Artist),
  tracks: f.reverse(() => Track, 'album'),
}) {}

export class Genre extends model('genre', {
  id: f.auto(),
  name: f.string({ maxLength: 120, nullable: true }),
}) {}

export class MediaType extends model('media_type', {
  id: f.auto(),
  name: f.string({ maxLength: 120, nullable: true }),
}) {}

export class Track extends model('track', {
  id: f.auto(),
  name: f.string({ maxLength: 200 }),
  album: f.foreignKey(() => Album, { nullable: true }),
  mediaType: f.foreignKey(() => MediaType),
  genre: f.foreignKey(() => Genre, { nullable: true }),
  composer: f.string({ maxLength: 220, nullable: true }),
  milliseconds: f.int(),
  bytes: f.int({ nullable: true }),
  unitPrice: f.decimal({ precision: 10, scale: 2 }),
  playlists: f.reverse(() => Playlist, 'tracks'),
}) {}

export class Employee extends model('employee', {
  id: f.auto(),
  lastName: f.string({ maxLength: 20 }),
  firstName: f.string({ maxLength: 20 }),
  title: f.string({ maxLength: 30, nullable: true }),
  reportsTo: f.foreignKey(() => Employee, { nullable: true }),
  birthDate: f.datetime({ nullable: true }),
  hireDate: f.datetime({ nullable: true }),
  address: f.string({ maxLength: 70, nullable: true }),
  city: f.string({ maxLength: 40, nullable: true }),
  state: f.string({ maxLength: 40, nullable: true }),
  country: f.string({ maxLength: 40, nullable: true }),
  postalCode: f.string({ maxLength: 10, nullable: true }),
  phone: f.string({ maxLength: 24, nullable: true }),
  fax: f.string({ maxLength: 24, nullable: true }),
  email: f.string({ maxLength: 60, nullable: true }),
}) {}

export class Customer extends model('customer', {
  id: f.auto(),
  firstName: f.string({ maxLength: 40 }),
  lastName: f.string({ maxLength: 20 }),
  company: f.string({ maxLength: 80, nullable: true }),
  address: f.string({ maxLength: 70, nullable: true }),
  city: f.string({ maxLength: 40, nullable: true }),
  state: f.string({ maxLength: 40, nullable: true }),
  country: f.string({ maxLength: 40, nullable: true }),
  postalCode: f.string({ maxLength: 10, nullable: true }),
  phone: f.string({ maxLength: 24, nullable: true }),
  fax: f.string({ maxLength: 24, nullable: true }),
  email: f.string({ maxLength: 60 }),
  supportRep: f.foreignKey(() => Employee, { nullable: true }),
}) {}

export class Invoice extends model('invoice', {
  id: f.auto(),
  customer: f.foreignKey(() => Customer),
  invoiceDate: f.datetime(),
  billingAddress: f.string({ maxLength: 70, nullable: true }),
  billingCity: f.string({ maxLength: 40, nullable: true }),
  billingState: f.string({ maxLength: 40, nullable: true }),
  billingCountry: f.string({ maxLength: 40, nullable: true }),
  billingPostalCode: f.string({ maxLength: 10, nullable: true }),
  total: f.decimal({ precision: 10, scale: 2 }),
  lines: f.reverse(() => InvoiceLine, 'invoice'),
}) {}

export class InvoiceLine extends model('invoice_line', {
  id: f.auto(),
  invoice: f.foreignKey(() => Invoice),
  track: f.foreignKey(() => Track),
  unitPrice: f.decimal({ precision: 10, scale: 2 }),
  quantity: f.int(),
}) {}

export class Playlist extends model('playlist', {
  id: f.auto(),
  name: f.string({ maxLength: 120, nullable: true }),
  tracks: f.manyToMany(() => Track, { through: () => PlaylistTrack }),
}) {}

export class PlaylistTrack extends model(
  'playlist_track',
  { playlist: f.foreignKey(() => Playlist), track: f.foreignKey(() => Track) },
  { primaryKey: ['playlist', 'track'] },
) {}

declare const session: Session;

export async function byKey(id: number) {
  const track = await session.get(Track, id);
  return track?.name;
}
export async function list() {
  const tracks = await session.query(Track).orderBy('id');
  return tracks.map((track) => track.composer);
}
export async function joined() {
  const tracks = await session.query(Track).selectRelated('album.artist', 'genre', 'mediaType').orderBy('id');
  return tracks.map((track) => track.album?.artist.name);
}
export async function graph() {
  const invoices = await session.query(Invoice).selectRelated('customer').prefetchRelated('lines.track');
  return invoices.flatMap((invoice) => invoice.lines.map((line) => line.track.name));
}
export async function links() {
  const playlists = await session.query(Playlist).prefetchRelated('tracks');
  return playlists[0]!.tracks.at(0)!.name;
}
export async function filtered(genre: string) {
  return session
    .query(Track)
    .filter({ genre: { name: genre } })
    .orderBy('name');
}
export async function inserted(rows: { name: string; mediaType: number; milliseconds: number; unitPrice: string }[]) {
  const tracks = rows.map((row) => new Track(row));
  session.add(...tracks);
  return tracks;
}
export async function changed(id: number) {
  const track = await session.query(Track).get({ id });
  track.milliseconds = 5;
  track.composer = null;
}
export async function nested() {
  const invoice = new Invoice({ customer: 1, invoiceDate: new Date(), total: '1' });
  session.add(new InvoiceLine({ invoice, track: 1, unitPrice: '1', quantity: 1 }));
}
export async function counted(ids: number[]) {
  return session
    .query(Track)
    .filter({ id: oneOf(ids) })
    .count();
}
export async function projected() {
  return session.query(Track).values((track) => ({ genre: track.genre.name, id: track.id }));
}
