/** The same shelves on every run: nothing here is random. */
import type { Database } from 'blazeorm';

import { Book, Genre, Reader, Writer } from './models.ts';

const SHELVES: readonly [
  writer: string,
  books: readonly [title: string, copies: number, genres: readonly string[]][],
][] = [
  [
    'Mary Shelley',
    [
      ['Frankenstein', 2, ['novel', 'horror']],
      ['The Last Man', 1, ['novel', 'future']],
    ],
  ],
  [
    'H. G. Wells',
    [
      ['The Time Machine', 1, ['novel', 'future']],
      ['The Invisible Man', 1, ['novel']],
    ],
  ],
  ['Emily Dickinson', [['Poems', 1, ['poetry']]]],
];

/** How many rows there are afterwards. */
export interface Seeded {
  readonly writers: number;
  readonly books: number;
  readonly genres: number;
}

/** Fill an empty library. Writers, books and genres are one graph: what is new and can be reached is saved with it. */
export async function seed(db: Database): Promise<Seeded> {
  return db.transaction(async (session) => {
    const genres = new Map<string, Genre>();
    const genreOf = (name: string): Genre => {
      const genre = genres.get(name) ?? new Genre({ name });
      genres.set(name, genre);
      return genre;
    };
    let books = 0;
    for (const [name, titles] of SHELVES) {
      const writer = new Writer({ name });
      for (const [title, copies, kinds] of titles) {
        const book = new Book({ title, copies, writer });
        book.genres.add(...kinds.map(genreOf));
        books++;
      }
      session.add(writer);
    }
    session.add(
      new Reader({ name: 'Ada', email: 'ada@example.org' }),
      new Reader({ name: 'Grace', email: 'grace@example.org' }),
    );
    return { writers: SHELVES.length, books, genres: genres.size };
  });
}
