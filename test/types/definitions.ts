/** What `model` takes and makes: relations, keys, options, the class and its statics. */
import {
  check,
  f,
  index,
  model,
  type Collection,
  type Init,
  type ModelMeta,
  type PkOf,
  type QuerySet,
  type Ref,
  type ReverseRef,
  type Session,
  unique,
} from './orm.ts';
import { same } from './expect.ts';
import { Author, Post, type Settings } from './models.ts';
import type { Comment, Profile, Tag } from './models2.ts';
import { Account, Alias, Line, LineNote, Subscription } from './models2.ts';

declare const session: Session;

export function relations(post: Post, author: Author, comment: Comment, profile: Profile, sub: Subscription) {
  same<Ref<Author>>()(post.author);
  same<Ref<Author> | null>()(post.reviewer);
  same<number>()(post.authorId);
  same<number | null>()(post.reviewerId);
  same<Collection<Tag, never>>()(post.tags);
  same<Collection<Comment, 'post'>>()(post.comments);
  same<ReverseRef<Profile> | null>()(author.profile);
  same<number>()(profile.authorId);
  same<string>()(comment.postId);
  same<number | null>()(comment.parentId);
  same<string>()(sub.addressId);
  same<bigint>()(sub.pk);
  same<Settings | null>()(author.settings);
  same<number>()(post.author.pk);
  same<Promise<Author>>()(post.author.load());
  // @ts-expect-error a to-many relation has no key
  post.tagsId;
  // @ts-expect-error nor has the other side of a one-to-one
  author.profileId;
  // @ts-expect-error not loaded
  post.author.name;
  // @ts-expect-error not loaded
  post.comments.length;
  // @ts-expect-error not loaded
  for (const c of post.comments) c;
}

export async function assignments(post: Post, author: Author, tag: Tag, profile: Profile) {
  post.author = author;
  post.author = await post.author.load();
  post.reviewer = post.author;
  post.reviewer = null;
  post.authorId = 3;
  post.reviewerId = null;
  author.profile = profile;
  // @ts-expect-error not nullable
  post.author = null;
  // @ts-expect-error not nullable
  post.authorId = null;
  // @ts-expect-error another model
  post.author = tag;
  // @ts-expect-error the key goes into authorId
  post.author = 3;
  // @ts-expect-error wrong type of key
  post.authorId = 'x';
}

export async function collections(post: Post, tag: Tag, comment: Comment, author: Author) {
  post.tags.add(tag);
  post.tags.add(tag, tag);
  post.tags.remove(tag);
  post.tags.set([tag]);
  post.tags.clear();
  post.comments.add(comment);
  same<Comment>()(post.comments.create({ body: 'x', author }));
  post.comments.create({ body: 'x', author: 3, parent: comment });
  same<Tag>()(post.tags.create({ name: 'x' }));
  same<QuerySet<Tag>>()(post.tags.query());
  const tags = await post.tags.load();
  same<number>()(tags.length);
  same<Tag | undefined>()(tags.at(-1));
  same<string[]>()(tags.map((t) => t.name));
  same<Tag[]>()(tags.filter((t) => t.name !== ''));
  same<number>()(tags.reduce((sum, t) => sum + t.id, 0));
  same<Tag[]>()([...tags]);
  same<Tag[]>()(tags.toArray());
  same<boolean>()(tags.includes(tag));
  tags.add(tag);
  const asCollection: Collection<Tag> = tags;
  // @ts-expect-error another model
  post.tags.add(comment);
  // @ts-expect-error a required field is missing
  post.comments.create({ author });
  // @ts-expect-error unknown field
  post.tags.create({ name: 'x', nope: 1 });
  // @ts-expect-error not a tag
  post.tags.set([post]);
  return asCollection;
}

export function constructors(author: Author, ref: Ref<Author>, tag: Tag, line: Line) {
  new Post({ title: 't', body: 'b', author });
  new Post({ title: 't', body: 'b', author: ref, reviewer: ref });
  new Post({ title: 't', body: 'b', author: 1, reviewer: null });
  const draft = (init: Init<Post>) => new Post(init);
  draft({ title: 't', body: 'b', author });
  // @ts-expect-error a field is missing
  draft({ title: 't', author });
  new Subscription({ address: 'a@example.org' });
  new Subscription({ address: author });
  new LineNote({ line, day: '2026-01-01', note: 'x' });
  new LineNote({ line: [1, 2], day: '2026-01-01', note: 'x' });
  // @ts-expect-error another model
  new Post({ title: 't', body: 'b', author: tag });
  // @ts-expect-error not nullable
  new Post({ title: 't', body: 'b', author: null });
  // @ts-expect-error wrong type of key
  new Post({ title: 't', body: 'b', author: 'x' });
  // @ts-expect-error unknown field
  new Post({ title: 't', body: 'b', author, titel: 'x' });
  // @ts-expect-error the relation is given, not its key's attribute
  new Post({ title: 't', body: 'b', authorId: 1 });
  // @ts-expect-error to-many relations are filled by their collections
  new Post({ title: 't', body: 'b', author, tags: [tag] });
  // @ts-expect-error the unique column that the key refers to is a string
  new Subscription({ address: 1 });
  // @ts-expect-error a composite key has two parts
  new LineNote({ line: 1, day: '2026-01-01', note: 'x' });
}

export async function keys(line: Line, note: LineNote, account: Account, alias: Alias) {
  same<number>()(account.pk);
  same<number>()(account.authorId);
  same<string>()(alias.pk);
  same<Account | null>()(await session.get(Account, 1));
  same<Alias | null>()(await session.get(Alias, 'x'));
  new Account({ author: 1 });
  same<readonly [number, number]>()(line.pk);
  same<readonly [readonly [number, number], string]>()(note.pk);
  same<readonly [number, number]>()(note.lineId);
  same<readonly [number, number]>()(null! as PkOf<Line>);
  same<string>()(null! as PkOf<Post>);
  same<number>()(null! as PkOf<Author>);
  same<Line | null>()(await session.get(Line, [1, 2]));
  same<LineNote | null>()(await session.get(LineNote, [[1, 2], '2026-01-01']));
  // @ts-expect-error one part is missing
  await session.get(Line, [1]);
  // @ts-expect-error wrong type of a part
  await session.get(Line, [1, 'x']);
  // @ts-expect-error a tuple is needed
  await session.get(Line, 1);
}

/** What is deleted with an entity is said by the other side of a foreign key. */
class Shelf extends model('shelf', {
  id: f.auto(),
  books: f.reverse(() => Volume, 'shelf', { cascade: 'delete-orphan' }),
  label: f.reverseOne(() => Label, 'shelf', { cascade: 'delete', fetchMode: 'one' }),
  // @ts-expect-error no such cascade
  others: f.reverse(() => Volume, 'shelf', { cascade: 'all' }),
}) {}
class Volume extends model('volume', {
  id: f.auto(),
  shelf: f.foreignKey(() => Shelf),
  // @ts-expect-error the owning side says onDelete
  other: f.foreignKey(() => Shelf, { cascade: 'delete' }),
}) {}
class Label extends model('label', { id: f.auto(), shelf: f.oneToOne(() => Shelf) }) {}
export const cascading = (shelf: Shelf, volume: Volume) => [shelf.books.remove(volume), shelf.label];

/** A key with a default may be left out. */
class Ticket extends model('ticket', {
  id: f.auto(),
  owner: f.foreignKey(() => Author, { default: 1, onDelete: 'set default' }),
  place: f.embedded({ city: f.string(), zip: f.string({ nullable: true }) }, { nullable: true }),
}) {}
export async function defaults() {
  const ticket = new Ticket({});
  new Ticket({ owner: 3, place: null });
  new Ticket({ place: { city: 'x' } });
  same<Ref<Author>>()(ticket.owner);
  same<number>()(ticket.ownerId);
  same<string | undefined>()(ticket.place?.city);
  same<{ city: string | null }[]>()(await session.query(Ticket).values((t) => ({ city: t.place.city })));
  // @ts-expect-error it has a default, but is not nullable
  new Ticket({ owner: null });
  // @ts-expect-error may be null
  ticket.place.city;
}

export function statics() {
  same<QuerySet<Post>>()(Post.objects());
  same<QuerySet<Author>>()(Author.admins());
  same<ModelMeta>()(Post.meta);
  same<string>()(Post.meta.table);
  // @ts-expect-error frozen
  Post.meta.table = 'x';
  const post = new Post({ title: 't', body: 'b', author: 1 });
  same<string>()(post.slug);
  same<Promise<Post>>()(post.load());
  // @ts-expect-error read only
  post.pk = 'x';
  // @ts-expect-error a getter without a setter
  post.slug = 'x';
}

/** Base classes: methods and getters are inherited; queries of the subclass give the subclass. */
export class Admin extends Author {
  get level() {
    return this.name.length;
  }
}
export async function inheritance(admin: Admin) {
  same<number>()((await session.query(Admin))[0]!.level);
  same<number>()((await Admin.objects().first())!.level);
  const author: Author = admin;
  new Post({ title: 't', body: 'b', author: admin });
  // @ts-expect-error an author need not be an admin
  const back: Admin = author;
  return back;
}

const fields = { id: f.auto(), name: f.string(), open: f.bool(), author: f.foreignKey(() => Author) };
export const good = model('good', fields, {
  table: 'goods',
  schema: 'shop',
  comment: 'goods',
  ordering: ['name', '-authorId'],
  indexes: [
    index('name'),
    index('author', '-name', { name: 'by_author', unique: true }),
    index('authorId', 'name', { where: { open: true } }),
  ],
  constraints: [
    unique('name', 'author'),
    unique('name', { name: 'one_name' }),
    check('named', (g) => g.name.ne('').and(g.open, g.authorId.gt(0))),
  ],
});
// @ts-expect-error not a column
model('x', fields, { ordering: ['nope'] });
// @ts-expect-error a relation is sorted by its key, `authorId`, or by a callback
model('x', fields, { ordering: ['author'] });
// @ts-expect-error not a field
model('x', fields, { indexes: [index('name', 'nope')] });
// @ts-expect-error not a field
model('x', fields, { indexes: [index('name', { where: { nope: true } })] });
// @ts-expect-error not a field
model('x', fields, { constraints: [unique('nope')] });
// @ts-expect-error not a field
model('x', fields, { constraints: [check('c', (g) => g.nope.eq(1))] });
// @ts-expect-error not a condition
model('x', fields, { constraints: [check('c', (g) => g.name)] });
// @ts-expect-error not a field
model('x', fields, { primaryKey: ['nope'] });
// @ts-expect-error unknown option
model('x', fields, { tabel: 'x' });
// @ts-expect-error the name is missing
model(fields);
// @ts-expect-error every entity has a member of that name
model('x', { id: f.auto(), load: f.int() });
// @ts-expect-error every entity has a member of that name
model('x', { pk: f.auto() });
