import type { Database } from '../../../index.ts';

import { Author, Comment, Post, Profile, Tag } from '../../support/models.ts';
import { openTestDatabase } from '../../support/database.ts';

/** Titles of the four posts, by id. */
export const TITLES = ['Hello ORM', 'hello world', '50% off_[*]?\\ "it\'s" 😀', 'ÄÖÜ straße'] as const;

/** A small blog: three authors, four posts, five comments, two tags; NULLs and odd characters where they hurt. */
export async function openBlog(): Promise<Database> {
  const db = await openTestDatabase();
  await db.transaction((session) => {
    const ann = new Author({ name: 'Ann', email: 'ann@x.org', age: 30, role: 'admin', bio: 'Writes 100% of it' });
    const bob = new Author({ name: 'Bob', email: 'bob@y.com' });
    const unal = new Author({ name: 'Ünal', email: 'Unal@X.org', age: 45, role: 'guest' });
    session.add(ann, bob, unal, new Profile({ nickname: 'annie', author: ann }));
    const [red, blue] = [new Tag({ name: 'red' }), new Tag({ name: 'blue' })];
    const day = (n: number): Date => new Date(Date.UTC(2026, 0, n, 12, 30, 0, n));
    const posts = [
      new Post({
        title: TITLES[0],
        views: 10,
        price: '9.00',
        rating: 4.5,
        published: true,
        author: ann,
        reviewer: bob,
        createdAt: day(1),
      }),
      new Post({ title: TITLES[1], views: 200, price: '10.00', body: 'x', author: ann, createdAt: day(2) }),
      new Post({ title: TITLES[2], views: 0, rating: 0.1, author: bob, reviewer: ann, createdAt: day(3) }),
      new Post({
        title: TITLES[3],
        views: 200,
        price: '0.10',
        published: true,
        author: unal,
        createdAt: new Date('2025-12-31T23:59:59.999Z'),
      }),
    ];
    posts[0]!.tags.add(red, blue);
    posts[1]!.tags.add(red);
    posts[3]!.tags.add(blue);
    session.add(...posts);
    session.add(
      new Comment({ body: 'first', post: posts[0]!, author: bob, score: 5 }),
      new Comment({ body: 'second', post: posts[0]!, approved: false, score: 3 }),
      new Comment({ body: 'first!', post: posts[1]!, author: ann, score: 1 }),
      new Comment({ body: 'Hello ORM', post: posts[3]!, author: unal, score: 0 }),
      new Comment({ body: '', post: posts[3]!, approved: false, score: 7 }),
    );
  });
  return db;
}
