/** `prefetch`: query sets of relations, the names that they go to, and what is known of what they find. */
import { type Loaded, prefetch, type Prefetched, type QuerySet, type Session } from './orm.ts';
import { same } from './expect.ts';
import { Author, Post } from './models.ts';
import { type Comment, Tag } from './models2.ts';

declare const session: Session;

export async function names() {
  const post = (
    await session.query(Post).prefetchRelated(
      'author',
      prefetch('tags', { as: 'shown', limitPerParent: 3 }, (t) => t.filter({ name: 'x' }).orderBy('-name')),
      prefetch('comments', { as: 'latest' }, (c) =>
        c.annotate((comment) => ({ n: comment.replies.count() })).selectRelated('author'),
      ),
      prefetch('author.profile', { as: 'card' }),
    )
  )[0]!;
  same<string>()(post.author.name);
  same<Tag[]>()(post.shown);
  same<string[]>()(post.latest.map((comment) => comment.author.name));
  same<number>()(post.latest[0]!.n);
  same<string | undefined>()(post.author.card?.url);
  // @ts-expect-error not a collection, but a plain array
  post.shown.add(new Tag({ name: 'x' }));
  // @ts-expect-error the collection itself is not loaded
  post.tags.length;
  // @ts-expect-error no such name
  post.shwon;
  // @ts-expect-error not loaded
  post.shown[0]!.posts.length;
  // @ts-expect-error may be null
  post.author.card.url;
}

export async function intoTheRelation() {
  const post = (
    await session
      .query(Post)
      .prefetchRelated(prefetch('comments', (c) => c.orderBy('body').selectRelated('author.profile')))
      .prefetchRelated('tags')
  )[0]!;
  same<(string | undefined)[]>()(post.comments.map((comment) => comment.author.profile?.url));
  same<number>()(post.tags.length);
  post.comments.create({ body: 'a collection', author: post.author });
  // @ts-expect-error not loaded
  post.comments.map((comment) => comment.post.title);
  // @ts-expect-error what is computed goes to a name of its own
  prefetch('comments', (c: QuerySet<Comment>) => c.annotate((comment) => ({ n: comment.replies.count() })));
}

export async function nested() {
  const author = (
    await session.query(Author).prefetchRelated(
      prefetch('posts.comments', { as: 'latest' }, (c) => c.selectRelated('author')),
      prefetch('posts', { as: 'drafts' }, (p) =>
        p.prefetchRelated(prefetch('tags', { as: 'shown' }), 'comments.author'),
      ),
    )
  )[0]!;
  same<string[][]>()(author.posts.map((post) => post.latest.map((comment) => comment.author.name)));
  same<string[][]>()(author.drafts.map((post) => post.shown.map((tag) => tag.name)));
  same<string[][]>()(author.drafts.map((post) => post.comments.map((comment) => comment.author.name)));
  // @ts-expect-error that is on the posts
  author.latest;
}

export function wrong() {
  const posts = session.query(Post);
  // @ts-expect-error no such relation
  posts.prefetchRelated(prefetch('nope', { as: 'shown' }));
  // @ts-expect-error a column
  posts.prefetchRelated(prefetch('title', { as: 'shown' }));
  // @ts-expect-error no such relation of the second level
  posts.prefetchRelated(prefetch('comments.tags', { as: 'shown' }));
  // @ts-expect-error no such field of a tag
  posts.prefetchRelated(prefetch('tags', { as: 'shown' }, (t) => t.filter({ title: 'x' })));
  // @ts-expect-error no such order
  posts.prefetchRelated(prefetch('tags', (t) => t.orderBy('title')));
  // @ts-expect-error a field of posts has this name
  posts.prefetchRelated(prefetch('tags', { as: 'title' }));
  // @ts-expect-error a relation
  posts.prefetchRelated(prefetch('tags', { as: 'comments' }));
  // @ts-expect-error the key of a relation
  posts.prefetchRelated(prefetch('tags', { as: 'authorId' }));
  // @ts-expect-error a method
  posts.prefetchRelated(prefetch('tags', { as: 'toJSON' }));
  // @ts-expect-error a method of authors, on whom it would be
  posts.prefetchRelated(prefetch('author.posts', { as: 'greet' }));
  // @ts-expect-error a name is a text
  posts.prefetchRelated(prefetch('tags', { as: 7 }));
  // @ts-expect-error a limit needs a name
  posts.prefetchRelated(prefetch('tags', { limitPerParent: 3 }));
  // @ts-expect-error a number
  posts.prefetchRelated(prefetch('tags', { as: 'shown', limitPerParent: '3' }));
  // @ts-expect-error no such option
  posts.prefetchRelated(prefetch('tags', { as: 'shown', limit: 3 }));
  // @ts-expect-error no query set
  posts.prefetchRelated(prefetch('tags', { as: 'shown' }, () => 7));
  // @ts-expect-error a path beside it is checked as ever
  posts.prefetchRelated(prefetch('tags', { as: 'shown' }), 'nope');
  // @ts-expect-error to select is to join
  posts.selectRelated(prefetch('tags', { as: 'shown' }));
}

/** In signatures, and later. */
function newest(post: Loaded<Post, 'author' | Prefetched<'comments', 'latest', Comment>>) {
  return [post.author.name, post.latest[0]?.body];
}
function tagged(author: Loaded<Author, 'posts' | Prefetched<'posts.tags', 'shown', Tag>>) {
  return author.posts.flatMap((post) => post.shown.map((tag) => tag.name));
}
function plainly(post: Post & { readonly latest: readonly Comment[] }) {
  return post.latest.length;
}
export async function signatures(plain: Post, author: Author) {
  const latest = prefetch('comments', { as: 'latest' }, (c: QuerySet<Comment>) => c.orderBy('-body'));
  const [post] = await session.prefetch([plain], 'author', latest);
  newest(post!);
  plainly(post!);
  same<Comment[]>()(post!.latest);
  const [one] = await session.prefetch([author], prefetch('posts.tags', { as: 'shown' }));
  same<string[]>()(tagged(one!));
  // @ts-expect-error not loaded
  newest(plain);
  // @ts-expect-error loaded to another name
  newest((await session.prefetch([plain], 'author', prefetch('comments', { as: 'oldest' })))[0]!);
  // @ts-expect-error comments are of posts
  await session.prefetch([author], prefetch('comments', { as: 'latest' }));
}

/** One of two claims nothing. */
export async function choices(either: boolean) {
  const two = either ? prefetch('tags', { as: 'a' }) : prefetch('tags', { as: 'b' });
  const post = (await session.query(Post).prefetchRelated(two))[0]!;
  // @ts-expect-error not claimed
  post.a;
}
