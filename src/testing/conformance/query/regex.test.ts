/** Regular expressions that are none: one error, whoever reads them. */
import { afterAll, beforeAll, expect, it } from 'vitest';

import { iregex, InvalidValueError, regex } from '../../../index.ts';
import type { Database, Session } from '../../../index.ts';

import { errorOf } from '../../support/database.ts';
import { Post } from '../../support/models.ts';
import { openBlog } from './blog.ts';

let db: Database;
let session: Session;
beforeAll(async () => {
  db = await openBlog();
  session = db.session();
});
afterAll(async () => {
  await session.close();
  await db.close();
});

it('Q1: Q14: X4: a regular expression that is not valid is an InvalidValueError that does not show it', async () => {
  const patterns = ['(secret', 'secret)', 'secret{2,1}', '[secret'];
  const calls = patterns.flatMap((pattern) => [
    () => session.query(Post).filter({ title: regex(pattern) }),
    () => session.query(Post).exclude({ title: iregex(pattern) }),
    () => session.query(Post).filter((p) => p.title.regex(pattern)),
  ]);
  for (const call of calls) {
    const error = await errorOf(call);
    expect(error).toBeInstanceOf(InvalidValueError);
    expect(error.message).toMatch(/regular expression .*is not valid\.$/);
    expect(error.message).not.toContain('secret');
  }
  expect(
    await session
      .query(Post)
      .filter({ title: regex('^Hello') })
      .count(),
  ).toBe(1);
});

it('Q1: Q14: T2: so it is in a transaction, of which what is around a nested one stays', async () => {
  await db.transaction(async (outer) => {
    const error = await errorOf(() =>
      outer.transaction((inner) =>
        inner
          .query(Post)
          .filter({ title: regex('(') })
          .all(),
      ),
    );
    expect(error).toBeInstanceOf(InvalidValueError);
    expect(await outer.query(Post).count()).toBe(4);
  });
});
