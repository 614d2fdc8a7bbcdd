/** The same posts on every run: nothing here is random. */
import type { Database } from 'blazeorm';

import { Author, Comment, Post, Tag } from './models.ts';

const AUTHORS = ['Ada Lovelace', 'Grace Hopper', 'Barbara Liskov', 'Edgar Codd', 'Margaret Hamilton'];
const TAGS = ['sql', 'typescript', 'design', 'history', 'tests'];
const SUBJECTS = ['Joins', 'Transactions', 'Indexes', 'Migrations', 'Cursors', 'Types', 'Locks', 'Sessions'];
const VIEWPOINTS = ['explained', 'in practice', 'for beginners', 'at scale', 'and their history'];

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const BEGINNING = Date.UTC(2026, 0, 5, 8);

/** How many rows there are afterwards. */
export interface Seeded {
  readonly authors: number;
  readonly posts: number;
  readonly comments: number;
}

/** Fill an empty blog. All of it is one graph of objects: what is new and can be reached is saved with it. */
export async function seed(db: Database): Promise<Seeded> {
  return db.transaction(async (session) => {
    const authors = AUTHORS.map(
      (name) => new Author({ name, email: `${name.split(' ')[0]!.toLowerCase()}@example.org` }),
    );
    const tags = TAGS.map((name) => new Tag({ name }));
    const posts = SUBJECTS.flatMap((subject, s) =>
      VIEWPOINTS.map((viewpoint, v) => newPost(`${subject} ${viewpoint}`, s * VIEWPOINTS.length + v, authors, tags)),
    );
    const comments = posts.flatMap((post, i) =>
      Array.from({ length: i % 4 }, (_, n) => newComment(post, authors[(i + n + 1) % authors.length]!, n)),
    );
    session.addAll([...posts, ...comments]);
    return { authors: authors.length, posts: posts.length, comments: comments.length };
  });
}

function newPost(title: string, number: number, authors: readonly Author[], tags: readonly Tag[]): Post {
  const published = number % 7 !== 3;
  const post = new Post({
    title,
    slug: title.toLowerCase().replaceAll(' ', '-'),
    body: `What you need to know about ${title.toLowerCase()}, from the first table to the last row.`,
    status: published ? 'published' : 'draft',
    publishedAt: published ? new Date(BEGINNING + number * 3 * DAY) : null,
    views: (number * 37) % 250,
    author: authors[number % authors.length]!,
  });
  post.tags.add(tags[number % tags.length]!, tags[(number + 2) % tags.length]!);
  return post;
}

function newComment(post: Post, author: Author, number: number): Comment {
  const body = ['Thank you!', 'I had always wondered.', 'What about NULL?'][number]!;
  const createdAt = new Date((post.publishedAt?.getTime() ?? BEGINNING) + (number + 1) * HOUR);
  return new Comment({ body, approved: number !== 1, post, author, createdAt });
}
