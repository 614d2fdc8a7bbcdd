/** The examples do what the documentation says: none of them sends a query for each of many things. */
import { expect, it } from 'vitest';

import { runDemo } from '../../examples/chinook/demo.ts';
import { runBlog } from '../../examples/blog/run.ts';
import { runLibrary } from '../../examples/library/run.ts';
import { failOnNPlusOne } from 'blazeorm/testing';

it('O2: K2: no example has an N+1: the blog, the library, the Chinook music store', async () => {
  const ran = [
    await failOnNPlusOne(() => runBlog('sqlite::memory:')),
    await failOnNPlusOne(() => runLibrary('sqlite::memory:')),
    await failOnNPlusOne(() => runDemo('sqlite::memory:')),
  ];
  expect(ran.map((result) => Object.keys(result).length > 0)).toEqual([true, true, true]);
});
