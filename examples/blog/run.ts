/** The whole example as one function: tables, posts, and what each page of the blog shows. */
import { Database, type Session } from 'blazeorm';

import * as blog from './blog.ts';
import { models } from './models.ts';
import { seed } from './seed.ts';

/** What `runBlog` gives: the same on every run and every database. */
export type BlogPages = Awaited<ReturnType<typeof runBlog>>;

/** Make the blog in an empty database, and read all of its pages. @param dsn for example `sqlite:blog.db` */
export async function runBlog(dsn: string) {
  await using db = await Database.connect(dsn, { models });
  await db.createAll();
  const seeded = await seed(db);
  /** Each page has a session of its own, as a request of a web server has. */
  const page = async <T>(show: (session: Session) => Promise<T>): Promise<T> => {
    await using session = db.session();
    return await show(session);
  };
  const first = await page((session) => blog.feed(session));
  return {
    seeded,
    feed: [first, await page((session) => blog.feed(session, { after: first.next ?? undefined }))],
    authors: await page((session) => blog.authorsWithPosts(session)),
    post: await page((session) => blog.postBySlug(session, 'transactions-for-beginners')),
    search: await page((session) => blog.search(session, 'types sql')),
    archive: await page((session) => blog.archive(session)),
    tags: await page((session) => blog.tagCloud(session)),
  };
}
