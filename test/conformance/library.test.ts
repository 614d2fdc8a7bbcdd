/** The library on each database: the same day, to the letter. */
import { describe, expect, it } from 'vitest';

import { runLibrary } from '../../examples/library/run.ts';
import { freshUrl } from '../support/database.ts';

describe('the library example', () => {
  it('K3: R5: S9: T1: V1: V3: has the same day as on SQLite', async () => {
    const [here, onSqlite] = [await runLibrary(await freshUrl()), await runLibrary('sqlite::memory:')];
    expect(here).toEqual(onSqlite);
    const { catalogue, genres, ...day } = here;
    expect(day).toEqual({
      seeded: { writers: 3, books: 5, genres: 4 },
      sorted: ['classic', 'novel', 'science'],
      loans: [
        { lent: ['Poems', 'Frankenstein'], refused: [] },
        { lent: ['The Time Machine', 'Frankenstein'], refused: ['Poems: none left', 'Ulysses: not here'] },
      ],
      counted: { conflict: true, copies: 3, version: 3 },
      problems: { name: ['notBlank'], email: ['email'] },
      audit: {
        lines: [
          'loan until 2026-03-30',
          'loan until 2026-03-30',
          'loan until 2026-03-31',
          'loan until 2026-03-31',
          'returned, due 2026-03-30',
          'The Invisible Man: changed copies',
          'The Invisible Man: changed copies',
        ],
        total: 7,
      },
      committed: 16,
    });
    expect(catalogue.map(({ title, free }) => `${title}: ${free}`)).toEqual([
      'Frankenstein: 0',
      'Poems: 1',
      'The Invisible Man: 3',
      'The Last Man: 1',
      'The Time Machine: 0',
    ]);
    expect(genres.map(({ name, titles }) => `${name}: ${titles}`)).toEqual([
      'novel: 4',
      'future: 2',
      'classic: 1',
      'poetry: 1',
      'science: 1',
      'horror: 0',
    ]);
  });
});
