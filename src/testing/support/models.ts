/**
 * Models that many tests share: a blog (every kind of relation), a shop (composite and unusual keys), and a model with
 * every type of column. Tests that need something stranger define their own.
 */
import { check, f, index, model, Registry, unique } from '../../index.ts';

export class Author extends model('author', {
  id: f.auto(),
  name: f.string({ maxLength: 120 }),
  email: f.string({ unique: true, sensitive: true }),
  bio: f.text({ nullable: true }),
  age: f.int({ nullable: true }),
  role: f.enum(['admin', 'editor', 'guest'], { default: 'editor' }),
  posts: f.reverse(() => Post, 'author'),
  reviews: f.reverse(() => Post, 'reviewer'),
  comments: f.reverse(() => Comment, 'author'),
  profile: f.reverseOne(() => Profile, 'author'),
}) {
  get domain(): string {
    return this.email.split('@')[1]!;
  }

  static admins() {
    return this.objects().filter({ role: 'admin' });
  }
}

export class Profile extends model('profile', {
  id: f.auto(),
  nickname: f.string(),
  author: f.oneToOne(() => Author, { onDelete: 'cascade' }),
}) {}

export class Post extends model(
  'post',
  {
    id: f.auto(),
    title: f.string({ maxLength: 200 }),
    body: f.text({ default: '' }),
    views: f.int({ default: 0 }),
    rating: f.float({ nullable: true }),
    price: f.decimal({ precision: 10, scale: 2, nullable: true }),
    published: f.bool({ default: false }),
    createdAt: f.datetime({ default: () => new Date('2026-01-31T13:45:00.123Z') }),
    author: f.foreignKey(() => Author, { onDelete: 'cascade' }),
    reviewer: f.foreignKey(() => Author, { nullable: true, onDelete: 'set null' }),
    tags: f.manyToMany(() => Tag),
    comments: f.reverse(() => Comment, 'post'),
  },
  {
    indexes: [index('author', '-createdAt'), index('title', { where: { published: true } })],
    constraints: [check('views_positive', (p) => p.views.gte(0)), unique('author', 'title')],
  },
) {}

export class Comment extends model('comment', {
  id: f.auto(),
  body: f.text(),
  approved: f.bool({ default: true }),
  score: f.int({ default: 0 }),
  post: f.foreignKey(() => Post, { onDelete: 'cascade' }),
  author: f.foreignKey(() => Author, { nullable: true, onDelete: 'set null' }),
}) {}

export class Tag extends model('tag', {
  id: f.auto(),
  name: f.string({ unique: true }),
  posts: f.reverse(() => Post, 'tags'),
}) {}

/** A tree: a relation of a model to itself. */
export class Category extends model('category', {
  id: f.auto(),
  name: f.string(),
  parent: f.foreignKey(() => Category, { nullable: true, onDelete: 'cascade' }),
  children: f.reverse(() => Category, 'parent'),
}) {}

/** A key that the application gives, and columns that are not named as the attributes are. */
export class Country extends model(
  'country',
  {
    code: f.string({ primaryKey: true, column: 'iso', maxLength: 2 }),
    name: f.string({ column: 'country_name' }),
    dialCode: f.int({ unique: true, column: 'phone' }),
    cities: f.reverse(() => City, 'country'),
  },
  { table: 'countries' },
) {}

export class City extends model('city', {
  id: f.uuid({ primaryKey: true }),
  name: f.string({ column: 'label' }),
  country: f.foreignKey(() => Country, { column: 'country_iso', onDelete: 'restrict' }),
  /** Refers to a unique column that is not the key. */
  dial: f.foreignKey(() => Country, { to: 'dialCode', nullable: true, column: 'dial_ref' }),
}) {}

/** A composite key, one part of it a relation. */
export class Order extends model('order', {
  id: f.auto(),
  customer: f.string(),
  lines: f.reverse(() => OrderLine, 'order'),
}) {}

export class OrderLine extends model(
  'order_line',
  {
    order: f.foreignKey(() => Order, { onDelete: 'cascade' }),
    line: f.int(),
    product: f.string(),
    quantity: f.int({ default: 1 }),
    unitPrice: f.decimal({ precision: 10, scale: 2 }),
  },
  { primaryKey: ['order', 'line'] },
) {}

/** Many-to-many through a model with columns of its own. */
export class Person extends model('person', {
  id: f.auto(),
  name: f.string(),
  clubs: f.manyToMany(() => Club, { through: () => Membership }),
}) {}

export class Club extends model('club', {
  id: f.auto(),
  name: f.string(),
  members: f.reverse(() => Person, 'clubs'),
}) {}

export class Membership extends model('membership', {
  id: f.auto(),
  person: f.foreignKey(() => Person, { onDelete: 'cascade' }),
  club: f.foreignKey(() => Club, { onDelete: 'cascade' }),
  since: f.date(),
}) {}

/** Columns that form one value. */
export class Venue extends model('venue', {
  id: f.auto(),
  name: f.string(),
  address: f.embedded({ street: f.string(), city: f.string(), floor: f.int({ nullable: true }) }),
}) {}

/** Every type of column, each one nullable so that a test can give just those it is about. */
export class Sample extends model('sample', {
  id: f.auto(),
  int: f.int({ nullable: true }),
  smallInt: f.smallInt({ nullable: true }),
  bigint: f.bigint({ nullable: true }),
  float: f.float({ nullable: true }),
  decimal: f.decimal({ precision: 12, scale: 4, nullable: true }),
  wide: f.decimal({ precision: 38, scale: 10, nullable: true }),
  string: f.string({ maxLength: 255, nullable: true }),
  text: f.text({ nullable: true }),
  bool: f.bool({ nullable: true }),
  date: f.date({ nullable: true }),
  time: f.time({ nullable: true }),
  datetime: f.datetime({ nullable: true }),
  uuid: f.uuid({ nullable: true }),
  json: f.json<unknown>({ nullable: true }),
  enum: f.enum(['red', 'green', 'blue'], { nullable: true }),
  binary: f.binary({ nullable: true }),
  strings: f.array(f.string(), { nullable: true }),
  bigints: f.array(f.bigint(), { nullable: true }),
  holders: f.reverse(() => Holder, 'sample'),
}) {}

/** Refers to a sample, so that its values can come by a join or a prefetch. */
export class Holder extends model('holder', {
  id: f.auto(),
  sample: f.foreignKey(() => Sample, { onDelete: 'cascade' }),
}) {}

/** All of the above. */
export const models = [
  Author,
  Profile,
  Post,
  Comment,
  Tag,
  Category,
  Country,
  City,
  Order,
  OrderLine,
  Person,
  Club,
  Membership,
  Venue,
  Sample,
  Holder,
] as const;

// Tables that know nothing of each other are written in the order in which their models were met: always this one, whichever
// case runs first.
void new Registry(models);
