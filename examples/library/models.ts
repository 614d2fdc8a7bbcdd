/** A library: writers, their books by genre, readers and what they have borrowed, and a log of who changed what. */
import { f, hooks, model, rules, unique } from 'blazeorm';

export class Writer extends model('writer', {
  id: f.auto(),
  name: f.string({ maxLength: 80, validators: [rules.notBlank()] }),
  books: f.reverse(() => Book, 'writer'),
}) {}

export class Genre extends model('genre', {
  id: f.auto(),
  name: f.string({ maxLength: 40, unique: true }),
  books: f.reverse(() => Book, 'genres'),
}) {}

export class Book extends model('book', {
  id: f.auto(),
  title: f.string({ maxLength: 120, validators: [rules.notBlank()] }),
  copies: f.int({ default: 1, validators: [rules.min(0)] }),
  /** Who writes with an old number in hand is told so. */
  version: f.version(),
  writer: f.foreignKey(() => Writer, { onDelete: 'cascade' }),
  genres: f.manyToMany(() => Genre),
  loans: f.reverse(() => Loan, 'book'),
}) {}

export class Reader extends model('reader', {
  id: f.auto(),
  name: f.string({ maxLength: 80, validators: [rules.notBlank()] }),
  email: f.string({ maxLength: 120, unique: true, validators: [rules.email()] }),
  loans: f.reverse(() => Loan, 'reader'),
}) {}

export class Loan extends model(
  'loan',
  {
    id: f.auto(),
    book: f.foreignKey(() => Book, { onDelete: 'restrict' }),
    reader: f.foreignKey(() => Reader, { onDelete: 'cascade' }),
    from: f.date(),
    until: f.date(),
  },
  { constraints: [unique('book', 'reader')] },
) {
  /** What concerns more than one field. */
  clean() {
    return this.until < this.from ? { until: 'is before from' } : undefined;
  }
}

/** One line for each row that was written, in the same transaction as the row. */
export class Audit extends model('audit', {
  id: f.auto(),
  what: f.string({ maxLength: 200 }),
}) {}

export const models = [Writer, Genre, Book, Reader, Loan, Audit];

/** Write a line for every book that changes and every loan that comes or goes. Gives what stops it. */
export function keepAudit(): () => void {
  const stops = [
    Book.on('beforeSave', (book, { session, created, changes }) => {
      const what = created ? 'added' : `changed ${Object.keys(changes).toSorted().join(', ')}`;
      session.add(new Audit({ what: `${book.title}: ${what}` }));
    }),
    Loan.on('beforeSave', (loan, { session, created }) => {
      if (created) session.add(new Audit({ what: `loan until ${loan.until}` }));
    }),
    Loan.on('beforeDelete', (loan, { session }) => {
      session.add(new Audit({ what: `returned, due ${loan.until}` }));
    }),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

/** Count what was committed: told once for each transaction, after it. */
export function countCommits(): { readonly stop: () => void; readonly rows: () => number } {
  let rows = 0;
  const stop = hooks.on('afterCommit', ({ created, updated, deleted }) => {
    rows += created.length + updated.length + deleted.length;
  });
  return { stop, rows: () => rows };
}
