import { expect, it } from 'vitest';

import { openTestDatabase } from '../../support/database.ts';
import { Author, Post } from '../../support/models.ts';
import { items } from '../../support/pictures.ts';

it('R8: many children of one parent are added in time that grows with their number', async () => {
  const db = await openTestDatabase();
  const session = db.session();
  const author = new Author({ name: 'Ann', email: 'ann@x.org' });
  session.add(author);
  const took = (count: number): number => {
    const start = performance.now();
    for (let i = 0; i < count; i++) session.add(new Post({ title: `${count} ${i}`, author }));
    return performance.now() - start;
  };
  took(500);
  const [few, many] = [took(1_000), took(8_000)];
  expect(many / few).toBeLessThan(40);
  expect(items(author.posts).length).toBe(9_500);
  await session.close();
  await db.close();
});
