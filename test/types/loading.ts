/** Relation paths, and what a loaded type claims. */
import { type Collection, type Loaded, type LoadedCollection, type QuerySet, type Ref, type Session } from './orm.ts';
import { same } from './expect.ts';
import { Author, Post } from './models.ts';
import type { Profile } from './models2.ts';
import { Comment, LineNote, Tag } from './models2.ts';

declare const session: Session;

export async function toOne() {
  const post = (await session.query(Post).selectRelated('author', 'reviewer'))[0]!;
  same<string>()(post.author.name);
  same<string>()(post.author.greet());
  same<string | undefined>()(post.reviewer?.name);
  // @ts-expect-error may be null
  post.reviewer.name;
  // @ts-expect-error one level is loaded, not two
  post.author.profile?.url;

  const comment = (await session.query(Comment).selectRelated('post.author.profile', 'parent.author'))[0]!;
  same<string | undefined>()(comment.post.author.profile?.url);
  same<string | undefined>()(comment.parent?.author.name);
  same<string>()(comment.post.slug);
  // @ts-expect-error its author is loaded, its post is not
  comment.parent?.post.title;
  const reverse = (await session.query(Author).selectRelated('profile'))[0]!;
  same<string | undefined>()(reverse.profile?.url);
  const note = (await session.query(LineNote).selectRelated('line.author', 'tag'))[0]!;
  same<string>()(note.line.author.name);
}

export async function toMany() {
  const post = (await session.query(Post).prefetchRelated('comments.author', 'comments.replies.author', 'tags'))[0]!;
  same<string[]>()(post.comments.map((c) => c.author.name));
  same<string[][]>()(post.comments.map((c) => c.replies.map((r) => r.author.name)));
  same<number>()(post.tags.length);
  for (const tag of post.tags) same<string>()(tag.name);
  // @ts-expect-error not loaded
  post.comments.map((c) => c.post.title);
  // @ts-expect-error not loaded
  post.comments.map((c) => c.replies.map((r) => r.replies.length));
  // A collection stays a collection.
  post.tags.add(new Tag({ name: 'x' }));
  const collection: Collection<Tag> = post.tags;
  same<Tag>()(post.tags.create({ name: 'y' }));
  // Paths of several calls add up.
  const both = (
    await session
      .query(Post)
      .prefetchRelated('comments.author')
      .filter({ views: 1 })
      .prefetchRelated('comments.post')
      .selectRelated('author')
  )[0]!;
  same<string[]>()(both.comments.map((c) => c.author.name + c.post.title + both.author.name));
  return collection;
}

export async function wrongPaths(anyPath: string) {
  // @ts-expect-error no such relation
  session.query(Post).selectRelated('nope');
  // @ts-expect-error a column is not a relation
  session.query(Post).selectRelated('title');
  // @ts-expect-error the key is not a relation
  session.query(Post).selectRelated('authorId');
  // @ts-expect-error to-many
  session.query(Post).selectRelated('comments');
  // @ts-expect-error to-many behind to-one
  session.query(Post).selectRelated('author.posts');
  // @ts-expect-error no such relation of the second level
  session.query(Post).selectRelated('author.nope');
  // @ts-expect-error the second path is wrong
  session.query(Post).selectRelated('author', 'nope');
  // @ts-expect-error ends with a dot
  session.query(Post).selectRelated('author.');
  // @ts-expect-error empty
  session.query(Post).prefetchRelated('');
  // @ts-expect-error not a relation of comments
  session.query(Post).prefetchRelated('comments.tags');
  // @ts-expect-error a column at the end
  session.query(Post).prefetchRelated('comments.author.name');
  // @ts-expect-error any string
  session.query(Post).prefetchRelated(anyPath);
  // @ts-expect-error of another model
  session.prefetch([new Tag({ name: 'x' })], 'comments');
}

/** A path whose type is a union claims nothing: nobody knows which of them was loaded. */
export async function unions(
  one: 'author' | 'tags',
  spread: ('author' | 'tags')[],
  maybeEmpty: 'author'[],
  tuple: ['author', 'tags'],
) {
  const byOne = (await session.query(Post).prefetchRelated(one))[0]!;
  same<Post>()(byOne);
  // @ts-expect-error not claimed
  byOne.author.name;
  const withOther = (await session.query(Post).prefetchRelated(one, 'comments'))[0]!;
  same<number>()(withOther.comments.length);
  // @ts-expect-error not claimed
  withOther.author.name;
  // @ts-expect-error not claimed
  (await session.query(Post).prefetchRelated(...spread))[0]!.author.name;
  // @ts-expect-error the array may be empty
  (await session.query(Post).prefetchRelated(...maybeEmpty))[0]!.author.name;
  // @ts-expect-error not claimed
  (await session.query(Post).selectRelated(one === 'author' ? 'author' : 'reviewer'))[0]!.author.name;
  // @ts-expect-error not claimed
  (await session.prefetch([byOne], one))[0]!.author.name;
  // A tuple is known.
  same<string>()((await session.query(Post).prefetchRelated(...tuple))[0]!.author.name);
}

/** Loaded types in signatures. */
function byline(post: Loaded<Post, 'author'>) {
  return post.author.name;
}
function everything(post: Loaded<Post, 'author.profile' | 'comments.author' | 'reviewer'>) {
  same<string | undefined>()(post.author.profile?.url);
  same<string[]>()(post.comments.map((c) => c.author.name));
  return byline(post);
}
function misspelled(post: Loaded<Post, 'authr'>) {
  // @ts-expect-error nothing is claimed by a path that does not exist
  return post.author.name;
}
export async function signatures(plain: Post) {
  const posts = await session
    .query(Post)
    .selectRelated('author.profile', 'reviewer')
    .prefetchRelated('comments.author');
  same<string[]>()(posts.map(byline));
  posts.map(everything);
  const post: Post = posts[0]!;
  const lists: Post[] = posts;
  // @ts-expect-error not loaded
  byline(plain);
  // @ts-expect-error its comments are not loaded
  everything((await session.query(Post).selectRelated('author.profile', 'reviewer'))[0]!);
  // @ts-expect-error such a relation can't be loaded
  misspelled(posts[0]!);
  const loaded = await session.prefetch([plain], 'author', 'comments.author');
  same<string>()(byline(loaded[0]!));
  same<string[]>()(loaded[0]!.comments.map((c) => c.author.name));
  return [post, lists];
}

/** Query sets in signatures: one that loads more is one that loads less. */
export function sets() {
  const authors = (set: QuerySet<Post, 'author'>) => set;
  const posts = (set: QuerySet<Post>) => set;
  authors(session.query(Post).selectRelated('author'));
  posts(session.query(Post).selectRelated('author'));
  posts(session.query(Post).annotate((p) => ({ n: p.comments.count() })));
  authors(session.query(Post).selectRelated('author').prefetchRelated('comments'));
  // @ts-expect-error its authors are not loaded
  authors(session.query(Post));
  // @ts-expect-error another model
  posts(session.query(Author));
}

export async function unloaded(post: Post) {
  same<Ref<Author>>()(post.author);
  same<Promise<LoadedCollection<Comment, 'post'>>>()(post.comments.load());
  same<string>()((await post.comments.load()).at(0)!.body);
  same<Profile | null | undefined>()(await (await post.author.load()).profile?.load());
  // @ts-expect-error not loaded
  post.author.email;
}

/** Nothing is lost on the way through promises and generics. */
export async function combinations() {
  const [posts, tags, n] = await Promise.all([
    session.query(Post).selectRelated('author'),
    session.query(Tag),
    session.query(Tag).count(),
  ]);
  same<string>()(posts[0]!.author.name);
  same<string>()(tags[0]!.name);
  same<number>()(n);
  for await (const post of session.query(Post).selectRelated('author')) same<string>()(post.author.name);
  for await (const post of session.query(Post).selectRelated('author').iterate({ batchSize: 10 }))
    same<string>()(post.author.name);
  same<string>()((await session.query(Post).selectRelated('author').get({ id: 'x' })).author.name);
  same<string | undefined>()((await session.query(Post).selectRelated('author').first())?.author.name);
  same<string>()((await session.query(Post).selectRelated('author').one()).author.name);
  same<string | undefined>()((await session.query(Post).selectRelated('author').all())[0]?.author.name);
  const names = await session
    .query(Post)
    .selectRelated('author')
    .then((rows) => rows.map((row) => row.author.name));
  same<string[]>()(names);
}
