/** The Chinook music store: a catalogue of tracks, playlists of them, and the invoices of who bought them. */
import { f, index, model } from 'blazeorm';

const MILLISECONDS_PER_MINUTE = 60_000;

/** Columns of whoever lives somewhere; an abstract model is an object to spread. */
const address = {
  address: f.string({ maxLength: 70, nullable: true }),
  city: f.string({ maxLength: 40, nullable: true }),
  state: f.string({ maxLength: 40, nullable: true }),
  country: f.string({ maxLength: 40, nullable: true }),
  postalCode: f.string({ maxLength: 10, nullable: true }),
  phone: f.string({ maxLength: 24, nullable: true }),
  fax: f.string({ maxLength: 24, nullable: true }),
};

/* ---------- the catalogue ---------- */

export class Artist extends model(
  'artist',
  {
    id: f.auto(),
    name: f.string({ maxLength: 120, nullable: true }),
    albums: f.reverse(() => Album, 'artist'),
  },
  { indexes: [index('name')] },
) {}

export class Album extends model('album', {
  id: f.auto(),
  title: f.string({ maxLength: 160 }),
  artist: f.foreignKey(() => Artist, { onDelete: 'restrict', index: true }),
  tracks: f.reverse(() => Track, 'album'),
}) {}

export class Genre extends model('genre', {
  id: f.auto(),
  name: f.string({ maxLength: 120, nullable: true }),
  tracks: f.reverse(() => Track, 'genre'),
}) {}

export class MediaType extends model('media_type', {
  id: f.auto(),
  name: f.string({ maxLength: 120, nullable: true }),
  tracks: f.reverse(() => Track, 'mediaType'),
}) {}

export class Track extends model('track', {
  id: f.auto(),
  name: f.string({ maxLength: 200 }),
  album: f.foreignKey(() => Album, { nullable: true, onDelete: 'set null', index: true }),
  mediaType: f.foreignKey(() => MediaType, { onDelete: 'restrict', index: true }),
  genre: f.foreignKey(() => Genre, { nullable: true, onDelete: 'set null', index: true }),
  composer: f.string({ maxLength: 220, nullable: true }),
  milliseconds: f.int(),
  bytes: f.int({ nullable: true }),
  unitPrice: f.decimal({ precision: 10, scale: 2 }),
  playlists: f.reverse(() => Playlist, 'tracks'),
  lines: f.reverse(() => InvoiceLine, 'track'),
}) {
  /** How long it plays. */
  get minutes(): number {
    return this.milliseconds / MILLISECONDS_PER_MINUTE;
  }
}

export class Playlist extends model('playlist', {
  id: f.auto(),
  name: f.string({ maxLength: 120, nullable: true }),
  tracks: f.manyToMany(() => Track, { through: () => PlaylistTrack }),
}) {}

/** One track on one playlist: the link table, with both keys as its own. */
export class PlaylistTrack extends model(
  'playlist_track',
  {
    playlist: f.foreignKey(() => Playlist, { onDelete: 'cascade' }),
    track: f.foreignKey(() => Track, { onDelete: 'cascade', index: true }),
  },
  { primaryKey: ['playlist', 'track'] },
) {}

/* ---------- the shop ---------- */

export class Employee extends model('employee', {
  id: f.auto(),
  lastName: f.string({ maxLength: 20 }),
  firstName: f.string({ maxLength: 20 }),
  title: f.string({ maxLength: 30, nullable: true }),
  reportsTo: f.foreignKey(() => Employee, { nullable: true, onDelete: 'set null', index: true }),
  birthDate: f.datetime({ nullable: true }),
  hireDate: f.datetime({ nullable: true }),
  ...address,
  email: f.string({ maxLength: 60, nullable: true, sensitive: true }),
  reports: f.reverse(() => Employee, 'reportsTo'),
  customers: f.reverse(() => Customer, 'supportRep'),
}) {
  get fullName(): string {
    return `${this.firstName} ${this.lastName}`;
  }
}

export class Customer extends model(
  'customer',
  {
    id: f.auto(),
    firstName: f.string({ maxLength: 40 }),
    lastName: f.string({ maxLength: 20 }),
    company: f.string({ maxLength: 80, nullable: true }),
    ...address,
    email: f.string({ maxLength: 60, sensitive: true }),
    supportRep: f.foreignKey(() => Employee, { nullable: true, onDelete: 'set null', index: true }),
    invoices: f.reverse(() => Invoice, 'customer'),
  },
  { indexes: [index('country', 'lastName')] },
) {
  /** A manager: the customers of a country, by name. */
  static inCountry(country: string) {
    return this.objects().filter({ country }).orderBy('lastName', 'firstName');
  }

  get fullName(): string {
    return `${this.firstName} ${this.lastName}`;
  }
}

export class Invoice extends model(
  'invoice',
  {
    id: f.auto(),
    customer: f.foreignKey(() => Customer, { onDelete: 'restrict' }),
    invoiceDate: f.datetime(),
    billingAddress: f.string({ maxLength: 70, nullable: true }),
    billingCity: f.string({ maxLength: 40, nullable: true }),
    billingState: f.string({ maxLength: 40, nullable: true }),
    billingCountry: f.string({ maxLength: 40, nullable: true }),
    billingPostalCode: f.string({ maxLength: 10, nullable: true }),
    total: f.decimal({ precision: 10, scale: 2 }),
    lines: f.reverse(() => InvoiceLine, 'invoice'),
  },
  { ordering: ['invoiceDate', 'id'], indexes: [index('customer', '-invoiceDate')] },
) {}

export class InvoiceLine extends model(
  'invoice_line',
  {
    id: f.auto(),
    invoice: f.foreignKey(() => Invoice, { onDelete: 'cascade', index: true }),
    track: f.foreignKey(() => Track, { onDelete: 'restrict', index: true }),
    unitPrice: f.decimal({ precision: 10, scale: 2 }),
    quantity: f.int(),
  },
  { ordering: ['id'] },
) {}

/** All eleven, by name, in the order in which they are loaded: what is referred to comes first. */
export const models = {
  Genre,
  MediaType,
  Artist,
  Album,
  Track,
  Employee,
  Customer,
  Invoice,
  InvoiceLine,
  Playlist,
  PlaylistTrack,
};

export type ModelName = keyof typeof models;

export const modelNames = Object.keys(models) as readonly ModelName[];
