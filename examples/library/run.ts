/** The whole example as one function: tables, books, and a day's work. */
import { Database, type Session } from 'blazeorm';

import * as library from './library.ts';
import { countCommits, keepAudit, models } from './models.ts';
import { seed } from './seed.ts';

/** What `runLibrary` gives: the same on every run and every database. */
export type LibraryDay = Awaited<ReturnType<typeof runLibrary>>;

/** Open the library in an empty database and work for a day. @param dsn for example `sqlite:library.db` */
export async function runLibrary(dsn: string) {
  await using db = await Database.connect(dsn, { models });
  await db.createAll();
  const seeded = await seed(db);
  const read = async <T>(show: (session: Session) => Promise<T>): Promise<T> => {
    await using session = db.session();
    return await show(session);
  };
  const stopAudit = keepAudit();
  const commits = countCommits();
  try {
    const [ada, grace] = ['ada@example.org', 'grace@example.org'];
    const sorted = await library.sortInto(db, 'Frankenstein', ['novel', 'science', 'classic']);
    const first = await library.borrow(db, ada, ['Poems', 'Frankenstein'], '2026-03-02', '2026-03-30');
    const wanted = ['Poems', 'The Time Machine', 'Ulysses', 'Frankenstein'];
    const second = await library.borrow(db, grace, wanted, '2026-03-03', '2026-03-31');
    await library.giveBack(db, ada, 'Poems');
    const counted = await library.countTwice(db, 'The Invisible Man');
    const problems = await library.problemsOf(db, { name: ' ', email: 'nobody' });
    return {
      seeded,
      sorted,
      loans: [first, second],
      counted,
      problems,
      catalogue: await read(library.catalogue),
      genres: await read(library.genres),
      audit: await read(library.audit),
      committed: commits.rows(),
    };
  } finally {
    commits.stop();
    stopAudit();
  }
}
