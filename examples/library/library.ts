/** What the library does with its books: each function is one piece of work. */
import { count, NotFoundError, StaleObjectError, ValidationError, type Database, type Session } from 'blazeorm';

import { Audit, Book, Genre, Loan, Reader } from './models.ts';

/** What there is: each book with its writer, its genres in order, and how many copies stand on the shelf. */
export async function catalogue(session: Session) {
  const books = await session.query(Book).selectRelated('writer').prefetchRelated('genres', 'loans').orderBy('title');
  return books.map((book) => ({
    title: book.title,
    writer: book.writer.name,
    genres: book.genres.map(({ name }) => name).toSorted(),
    free: book.copies - book.loans.length,
  }));
}

/** Put a book under other genres: those that are missing are made, and links come and go as the lists differ. */
export async function sortInto(db: Database, title: string, names: readonly string[]) {
  return db.transaction(async (session) => {
    const book = await session.query(Book).prefetchRelated('genres').get({ title });
    const known = new Map((await session.query(Genre)).map((genre) => [genre.name, genre]));
    book.genres.set(names.map((name) => known.get(name) ?? new Genre({ name })));
    return book.genres.map(({ name }) => name).toSorted();
  });
}

/** A list of books for one reader. Each is a savepoint: one that is out does not keep the others back. */
export async function borrow(db: Database, email: string, titles: readonly string[], from: string, until: string) {
  return db.transaction(async (session) => {
    const reader = await session.query(Reader).get({ email });
    const [lent, refused]: [string[], string[]] = [[], []];
    for (const title of titles) {
      try {
        await session.transaction(() => lend(session, reader, title, from, until));
        lent.push(title);
      } catch (error) {
        if (!(error instanceof NoneLeft || error instanceof NotFoundError)) throw error;
        refused.push(`${title}: ${error instanceof NoneLeft ? error.message : 'not here'}`);
      }
    }
    return { lent, refused };
  });
}

/** No copy of a book is on the shelf. */
export class NoneLeft extends Error {}

async function lend(session: Session, reader: Reader, title: string, from: string, until: string): Promise<void> {
  const book = await session.query(Book).get({ title });
  session.add(new Loan({ book, reader, from, until }));
  // The new loan is counted: a query in a transaction sees what is pending.
  const out = await session.query(Loan).filter({ book: { title } }).count();
  if (out > book.copies) throw new NoneLeft('none left');
}

/** Give a book back. */
export async function giveBack(db: Database, email: string, title: string): Promise<void> {
  await db.transaction(async (session) => {
    session.delete(await session.query(Loan).get({ book: { title }, reader: { email } }));
  });
}

/** Two clerks count the same book at once. The second is told that the number is not what it was, reads it again, and goes on. */
export async function countTwice(db: Database, title: string) {
  await using first = db.session();
  await using second = db.session();
  const mine = await first.query(Book).get({ title });
  const theirs = await second.query(Book).get({ title });
  mine.copies += 1;
  await first.commit();
  theirs.copies += 1;
  let conflict = false;
  try {
    await second.commit();
  } catch (error) {
    if (!(error instanceof StaleObjectError)) throw error;
    conflict = true;
    await second.rollback();
    await second.refresh(theirs);
    theirs.copies += 1;
    await second.commit();
  }
  return { conflict, copies: theirs.copies, version: theirs.version };
}

/** Why a card for a new reader is refused: all that is wrong, by field, and nothing of it written. */
export async function problemsOf(db: Database, card: { name: string; email: string }) {
  try {
    await db.transaction((session) => session.add(new Reader(card)));
    return {};
  } catch (error) {
    if (!(error instanceof ValidationError)) throw error;
    return Object.fromEntries(
      Object.entries(error.errors).map(([field, list]) => [field, list.map(({ code }) => code)]),
    );
  }
}

/** Genres by how many books they have. */
export async function genres(session: Session) {
  return session
    .query(Genre)
    .annotate((genre) => ({ titles: genre.books.count() }))
    .orderBy('-titles', 'name')
    .values('name', 'titles');
}

/** The log, first line first; and how often each kind of thing happened. */
export async function audit(session: Session) {
  const [lines, [total]] = [
    await session.query(Audit).orderBy('id').valuesList('what', { flat: true }),
    await session.query(Audit).values(() => ({ lines: count() })),
  ];
  return { lines, total: total!.lines };
}
