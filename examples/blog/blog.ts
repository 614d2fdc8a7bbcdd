/** What the pages of the blog show. A function asks for all that its page needs, in as few statements as there are. */
import { count, icontains, or, prefetch, type Session } from 'blazeorm';

import { Author, Post, Tag } from './models.ts';

/** A page of the feed, newest first: posts and their authors by one join, and where the next page begins. */
export async function feed(session: Session, { after, size = 5 }: { after?: string | undefined; size?: number } = {}) {
  const { items, pageInfo } = await Post.published(session)
    .selectRelated('author')
    .annotate((post) => ({ commentCount: post.comments.filter({ approved: true }).count() }))
    .orderBy('-publishedAt')
    .page(after === undefined ? { first: size } : { first: size, after });
  return {
    posts: items.map((post) => ({
      title: post.title,
      author: post.author.name,
      teaser: post.teaser,
      comments: post.commentCount,
    })),
    next: pageInfo.hasNextPage ? pageInfo.endCursor : null,
  };
}

/** All authors with the posts of theirs that are read most: one statement for the authors, one for the posts of all. */
export async function authorsWithPosts(session: Session, each = 2) {
  const authors = await session
    .query(Author)
    .annotate((author) => ({ postCount: author.posts.count() }))
    .prefetchRelated(
      prefetch('posts', { as: 'favourites', limitPerParent: each }, (posts) =>
        posts.filter({ status: 'published' }).orderBy('-views', 'id'),
      ),
    )
    .orderBy('name');
  return authors.map(({ name, postCount, favourites }) => ({
    name,
    posts: postCount,
    favourites: favourites.map(({ title, views }) => ({ title, views })),
  }));
}

/** A post with its tags and the comments that readers may see, by its address. Throws `NotFoundError`. */
export async function postBySlug(session: Session, slug: string) {
  const post = await Post.published(session)
    .selectRelated('author')
    .prefetchRelated(
      'tags',
      prefetch('comments', { as: 'shown' }, (comments) =>
        comments.filter({ approved: true }).selectRelated('author').orderBy('createdAt', 'id'),
      ),
    )
    .get({ slug });
  return {
    title: post.title,
    author: post.author.name,
    tags: post.tags.map(({ name }) => name).toSorted(),
    comments: post.shown.map((comment) => `${comment.author?.name ?? 'Somebody'}: ${comment.body}`),
  };
}

/** The posts that have each of the words in title, text or a tag. What was typed is data: `%` finds a percent sign. */
export async function search(session: Session, text: string, limit = 5) {
  const words = text.split(/\s+/).filter((word) => word !== '');
  const hits = words.reduce(
    (posts, word) =>
      posts.filter(
        or({ title: icontains(word) }, { body: icontains(word) }, (post) => post.tags.some({ name: icontains(word) })),
      ),
    Post.published(session),
  );
  return hits.orderBy('-views', 'id').limit(limit).valuesList('title', { flat: true });
}

/** How many posts appeared in each month. */
export async function archive(session: Session) {
  return Post.published(session)
    .values((post) => ({ year: post.publishedAt.year(), month: post.publishedAt.month(), posts: count() }))
    .orderBy('year', 'month');
}

/** The tags by how often they are used. */
export async function tagCloud(session: Session) {
  return session
    .query(Tag)
    .annotate((tag) => ({ uses: tag.posts.filter({ status: 'published' }).count() }))
    .orderBy('-uses', 'name')
    .values('name', 'uses');
}
