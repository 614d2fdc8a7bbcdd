import { f, model } from 'blazeorm';

const name = f.string({ maxLength: 120, nullable: true });
const text = (maxLength: number) => f.string({ maxLength, nullable: true });

export class Artist extends model('artist', {
  id: f.auto(),
  name,
  albums: f.reverse(() => Album, 'artist'),
}) {}

export class Album extends model('album', {
  id: f.auto(),
  title: f.string({ maxLength: 160 }),
  artist: f.foreignKey(() => Artist),
  tracks: f.reverse(() => Track, 'album'),
}) {}

export class Genre extends model('genre', { id: f.auto(), name }) {}

export class MediaType extends model('media_type', { id: f.auto(), name }) {}

export class Track extends model('track', {
  id: f.auto(),
  name: f.string({ maxLength: 200 }),
  album: f.foreignKey(() => Album, { nullable: true }),
  mediaType: f.foreignKey(() => MediaType),
  genre: f.foreignKey(() => Genre, { nullable: true }),
  composer: text(220),
  milliseconds: f.int(),
  bytes: f.int({ nullable: true }),
  unitPrice: f.decimal({ precision: 10, scale: 2 }),
}) {}

export class Playlist extends model('playlist', {
  id: f.auto(),
  name,
  tracks: f.manyToMany(() => Track, { table: 'playlist_track' }),
}) {}

export class Employee extends model('employee', {
  id: f.auto(),
  lastName: f.string({ maxLength: 20 }),
  firstName: f.string({ maxLength: 20 }),
  title: text(30),
  reportsTo: f.foreignKey(() => Employee, { nullable: true }),
  birthDate: f.datetime({ nullable: true }),
  hireDate: f.datetime({ nullable: true }),
  address: text(70),
  city: text(40),
  state: text(40),
  country: text(40),
  postalCode: text(10),
  phone: text(24),
  fax: text(24),
  email: text(60),
}) {}

export class Customer extends model('customer', {
  id: f.auto(),
  firstName: f.string({ maxLength: 40 }),
  lastName: f.string({ maxLength: 20 }),
  company: text(80),
  address: text(70),
  city: text(40),
  state: text(40),
  country: text(40),
  postalCode: text(10),
  phone: text(24),
  fax: text(24),
  email: f.string({ maxLength: 60 }),
  supportRep: f.foreignKey(() => Employee, { nullable: true }),
}) {}

export class Invoice extends model('invoice', {
  id: f.auto(),
  customer: f.foreignKey(() => Customer),
  invoiceDate: f.datetime(),
  billingAddress: text(70),
  billingCity: text(40),
  billingState: text(40),
  billingCountry: text(40),
  billingPostalCode: text(10),
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

export const models = [Artist, Album, Genre, MediaType, Track, Playlist, Employee, Customer, Invoice, InvoiceLine];
