/** The engine of migrations through its public face, on the database of this run. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';

import { check, Database, f, index, LockTimeoutError, model, unique } from 'blazeorm';
import {
  addColumn,
  addConstraint,
  addIndex,
  createTable,
  dropColumn,
  dropTable,
  MigrationEngine,
  MigrationError,
  MigrationHistoryError,
  run,
  runSql,
  squashOperations,
} from 'blazeorm/schema';
import type { EngineOptions, Migration, Operation, Progress } from 'blazeorm/schema';

import { engine as databaseName, errorOf, failure, freshUrl, onEngine } from '../../../src/testing/support/database.ts';
import { splitScript } from '../../../src/adapters/mysql/script.ts';
import { engineOf } from '../../../src/persistence/database.ts';
import { pictureOf } from '../../support/live-picture.ts';

interface Parts {
  readonly after?: readonly string[];
  readonly replaces?: readonly string[];
  readonly checksum?: string;
}

const file = (name: string, operations: readonly Operation[], parts: Parts = {}): Migration => ({
  kind: 'migration',
  name,
  checksum: name,
  after: [],
  replaces: [],
  operations,
  ...parts,
});

const NOTE = createTable('note', {
  id: f.auto(),
  text: f.string({ maxLength: 40 }),
  done: f.bool({ dbDefault: false }),
  score: f.int({ nullable: true }),
});
const first = file('0001_note', [NOTE]);
const second = file('0002_tag', [createTable('tag', { id: f.auto(), name: f.string({ maxLength: 20 }) })], {
  after: ['0001_note'],
});

/** Where changes of the schema are no part of a transaction. */
const isStepwise = databaseName === 'mysql' || databaseName === 'mariadb';

let db: Database;
let url: string;
let drop: (() => void) | undefined;
beforeEach(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'blaze-engine-'));
  drop = () => rmSync(folder, { recursive: true });
  url = databaseName === 'sqlite' ? `sqlite:${join(folder, 'app.db')}` : await freshUrl();
  db = await Database.connect(url);
});
afterEach(async () => {
  await db.close();
  drop?.();
});

const open = (migrations: readonly Migration[], options: EngineOptions = {}): MigrationEngine =>
  new MigrationEngine(db, migrations, options);
const names = async (engine: MigrationEngine): Promise<string[]> => (await engine.recorded()).map(({ name }) => name);
const addNotes = async (count: number): Promise<void> => {
  await db.transaction(async (session) => {
    for (let i = 0; i < count; i++)
      await session.sql`INSERT INTO note (text, score) VALUES (${`n${i}`}, ${i % 2 === 0 ? null : i})`;
  });
};

describe('code of migrations', () => {
  const fill = file(
    '0002_fill',
    [
      run(
        async ({ session, model: of, backfill, inBatches }) => {
          const Note = of('note');
          await backfill(session.query(Note).filter({ score: null }), { score: -1 }, { size: 3 });
          await inBatches(
            session.query(Note),
            (batch) => {
              for (const note of batch) note['text'] = `${String(note['text'])}!`;
            },
            { size: 4 },
          );
        },
        { outside: true },
      ),
    ],
    { after: ['0001_note'] },
  );

  it('G9: back-fills run in batches, each a transaction of its own, and tell how far they have come', async () => {
    await open([first]).migrate({ acknowledge: true });
    await addNotes(10);
    const told: Progress['rows'][] = [];
    await open([first, fill], { onProgress: ({ rows }) => rows && told.push(rows) }).migrate({ acknowledge: true });
    expect(told).toEqual([
      { done: 3, total: 5 },
      { done: 5, total: 5 },
      { done: 4, total: 10 },
      { done: 8, total: 10 },
      { done: 10, total: 10 },
    ]);
    const rows = await db.session().sql`SELECT text, score FROM note ORDER BY id`;
    expect(rows.map(({ text, score }) => [text, Number(score)])).toEqual(
      Array.from({ length: 10 }, (_, i) => [`n${i}!`, i % 2 === 0 ? -1 : i]),
    );
  });

  it('G9: G5: what failed in a batch goes on behind the last one, and meets no row twice', async () => {
    await open([first]).migrate({ acknowledge: true });
    await addNotes(6);
    let fails = true;
    const counting = file(
      '0002_count',
      [
        run(
          async ({ session, model: of, inBatches }) => {
            await inBatches(
              session.query(of('note')),
              (batch) => {
                for (const note of batch) {
                  if (fails && note['text'] === 'n3') throw new TypeError('a value of a row');
                  note['text'] = `${String(note['text'])}+`;
                }
              },
              { size: 2 },
            );
          },
          { outside: true },
        ),
      ],
      { after: ['0001_note'] },
    );
    const error = await errorOf(() => open([first, counting]).migrate({ acknowledge: true }));
    expect(error).toBeInstanceOf(MigrationError);
    expect(error.message).toBe(
      '0002_count: step 1 of 1 (run code) failed: its code threw TypeError. What was done before it is recorded: migrating again goes on with this step.',
    );
    fails = false;
    await open([first, counting]).migrate({ acknowledge: true });
    const rows = await db.session().sql`SELECT text FROM note ORDER BY id`;
    expect(rows.map(({ text }) => text)).toEqual(['n0+', 'n1+', 'n2+', 'n3+', 'n4+', 'n5+']);
  });

  it('G9: G5: code in the transaction of its migration is kept with its record, or not at all', async () => {
    let fails = true;
    const code = file('0001_note', [
      NOTE,
      run(async ({ session, model: of }) => {
        const Note = of('note');
        await session.transaction(async () => {
          session.add(new Note({ text: 'one' }));
        });
        await session
          .transaction(async () => {
            session.add(new Note({ text: 'never' }));
            await session.flush();
            throw new RangeError('back');
          })
          .catch((error: unknown) => {
            if (!(error instanceof RangeError)) throw error;
          });
        session.add(new Note({ text: 'two' }));
        if (fails) throw new TypeError('later');
      }),
    ]);
    expect(await errorOf(() => open([code]).migrate({ acknowledge: true }))).toMatchObject({
      code: 'E_MIGRATION',
      migration: '0001_note',
    });
    expect(await names(open([code]))).toEqual(onEngine({ sqlite: [], mysql: ['0001_note'] }));
    fails = false;
    await open([code]).migrate({ acknowledge: true });
    const rows = await db.session().sql`SELECT text FROM note ORDER BY id`;
    expect(rows.map(({ text }) => text)).toEqual(['one', 'two']);
  });

  it('G9: hooks and rules of the models of the application are no part of it', async () => {
    let heard = 0;
    class Note extends model('note', {
      id: f.auto(),
      text: f.string({
        validators: [
          () => {
            heard++;
            return 'never';
          },
        ],
      }),
    }) {}
    onTestFinished(Note.on('beforeSave', () => void heard++));
    await open([
      file('0001_note', [
        NOTE,
        run(({ session, model: of }) => {
          const Old = of('note');
          session.add(new Old({ text: 'old' }));
        }),
      ]),
    ]).migrate({ acknowledge: true });
    expect(heard).toBe(0);
    const error = await errorOf(() =>
      open([first, file('0002_x', [run(({ model: of }) => void of('nots'))], { after: ['0001_note'] })]).migrate({
        acknowledge: true,
      }),
    );
    expect(error.message).toMatch(/There is no table 'nots' at this point\./);
  });
});

describe('history', () => {
  it.each<[string, Migration[], string]>([
    [
      'edited',
      [file('0001_note', [NOTE], { checksum: 'other' }), second],
      '0001_note: its file was edited after it was applied to this database. Take the edit back, and write another migration.',
    ],
    [
      'missing',
      [second],
      "0002_tag: it comes after '0001_note', of which there is no file. Bring the file back from version control, or mend the name.",
    ],
    [
      'missing at the end',
      [first],
      '0002_tag: it was applied to this database, and there is no file of it. Bring the file back from version control.',
    ],
    [
      'applied before one that it comes after',
      [first, file('0000_new', []), file('0002_tag', second.operations, { after: ['0001_note', '0000_new'] })],
      "0002_tag: it was applied to this database, but '0000_new', which comes before it, was not. Take back what was changed about the order, or write another migration that comes after both.",
    ],
    [
      'two branches',
      [first, second, file('0002_other', [], { after: ['0001_note'] })],
      'There are 2 migrations that none comes after: 0002_other, 0002_tag. Write one that comes after all of them: blaze makemigrations --merge.',
    ],
    ['two of one name', [first, first, second], '0001_note: there are two migrations of this name.'],
    [
      'a circle',
      [file('0001_note', [NOTE], { after: ['0002_tag'] }), second],
      '0001_note: it comes after itself, by 0001_note → 0002_tag → 0001_note.',
    ],
  ])('G4: files that are %s are refused by name, and nothing is done', async (_title, files, message) => {
    await open([first, second]).migrate({ acknowledge: true });
    const picture = await pictureOf(db);
    for (const call of ['migrate', 'plan'] as const)
      await expect(open(files)[call]()).rejects.toThrow(failure(MigrationHistoryError, { message }));
    expect(await pictureOf(db)).toEqual(picture);
    expect(await names(open([first, second]))).toEqual(['0001_note', '0002_tag']);
  });

  it('G4: two branches are joined by one that comes after both', async () => {
    const other = file('0002_other', [addColumn('note', 'x', f.int({ nullable: true }))], { after: ['0001_note'] });
    const both = file('0003_merge', [], { after: ['0002_other', '0002_tag'] });
    await open([first, second]).migrate({ acknowledge: true });
    await open([both, other, second, first]).migrate({ acknowledge: true });
    expect((await open([both, other, second, first]).status()).map(({ name, state }) => [name, state])).toEqual([
      ['0001_note', 'applied'],
      ['0002_other', 'applied'],
      ['0002_tag', 'applied'],
      ['0003_merge', 'applied'],
    ]);
  });

  it('G4: names and options that do not exist are refused', async () => {
    const engine = open([first, second]);
    await expect(engine.migrate({ to: '0002_tags' })).rejects.toThrow(
      failure(MigrationError, { message: "There is no migration '0002_tags'. Did you mean '0002_tag'?" }),
    );
    await expect(async () => engine.migrate({ fakes: true } as never)).rejects.toThrow(
      failure(MigrationError, { message: "migrate() has no option 'fakes'. Did you mean 'fake'?" }),
    );
    expect(() => open([], { wait: -1 })).toThrow(
      failure(MigrationError, { message: "The option 'wait' takes a number of at least 0." }),
    );
    expect(await engine.recorded()).toEqual([]);
  });

  it('G4: SQL that would end the transaction of its migration is refused', async () => {
    const own = file('0001_own', [runSql('UPDATE note SET score = 1; /* now */ COMMIT')]);
    await expect(open([own]).migrate({ acknowledge: true })).rejects.toThrow(
      failure(MigrationError, {
        message:
          "0001_own: runSql() does not send COMMIT: the transaction is the migration's. Leave it out; with { outside: true } each statement stands for itself.",
      }),
    );
    expect(await open([own]).recorded()).toEqual([]);
  });

  it('G10: one that stands for others is applied in their stead, or counts as applied with them', async () => {
    const squashed = file('0001_both', [...first.operations, ...second.operations], {
      replaces: ['0001_note', '0002_tag'],
    });
    const third = file('0003_more', [addColumn('tag', 'x', f.int({ nullable: true }))], { after: ['0002_tag'] });
    await open([first]).migrate({ acknowledge: true });
    await expect(open([squashed, third]).migrate({ acknowledge: true })).rejects.toThrow(
      failure(MigrationHistoryError, {
        message:
          '0001_both: it stands for 0001_note, 0002_tag, of which this database has 0001_note and lacks 0002_tag. Apply those from their own files first, as they were before they were squashed.',
      }),
    );
    await open([first, second]).migrate({ acknowledge: true });
    await open([squashed, first, second, third]).migrate({ acknowledge: true });
    expect(await names(open([]))).toEqual(['0001_both', '0003_more']);
    const picture = await pictureOf(db);
    // What it stands for may be forgotten now.
    const alone = [
      { ...squashed, replaces: [] },
      { ...third, after: ['0001_both'] },
    ];
    expect((await open(alone).status()).map(({ state }) => state)).toEqual(['applied', 'applied']);
    await open([squashed, third]).rollback({ force: true });
    expect(await names(open([]))).toEqual([]);
    await open([squashed, third]).migrate({ acknowledge: true });
    expect(await names(open([]))).toEqual(['0001_both', '0003_more']);
    expect(await pictureOf(db)).toEqual(picture);
  });

  it('G10: one that stands for others and leads elsewhere is refused by name, while their files are there', async () => {
    const squashed = file('0001_both', [...first.operations], { replaces: ['0001_note', '0002_tag'] });
    await open([first, second]).migrate({ acknowledge: true });
    await expect(open([squashed, first, second]).migrate({ acknowledge: true })).rejects.toThrow(
      failure(MigrationHistoryError, {
        message:
          '0001_both: it does not lead to the schema of 0001_note, 0002_tag, for which it stands. What leads there: create table tag. Let it make the same tables: squashOperations() joins the operations of those files.',
      }),
    );
    expect(await names(open([]))).toEqual(['0001_note', '0002_tag']);
    const joined = squashOperations([...first.operations, ...second.operations]);
    await open([file('0001_both', joined, { replaces: ['0001_note', '0002_tag'] }), first, second]).migrate();
    expect(await names(open([]))).toEqual(['0001_both']);
  });

  it('G10: fake remembers what was done by hand', async () => {
    await db.session().sql`CREATE TABLE note (id integer PRIMARY KEY)`;
    await open([first, second]).migrate({ to: '0001_note', fake: true });
    await open([first, second]).migrate({ acknowledge: true });
    expect(await names(open([]))).toEqual(['0001_note', '0002_tag']);
    await open([first, second]).rollback({ fake: true });
    expect(await names(open([]))).toEqual([]);
  });

  it('G10: what the models say and the migrations do not is told', async () => {
    class Note extends model('note', {
      id: f.auto(),
      text: f.string({ maxLength: 40 }),
      done: f.bool({ dbDefault: false }),
      score: f.int({ nullable: true }),
    }) {}
    expect(open([first]).check([Note])).toEqual([]);
    expect(
      open([first, second])
        .check([Note])
        .map(({ kind }) => kind),
    ).toEqual(['dropTable']);
    expect(await open([first]).recorded()).toEqual([]);
  });
});

describe('locks of others', () => {
  const altered = file(
    '0002_score',
    [addColumn('note', 'extra', f.int({ nullable: true })), addIndex('note', index('text'))],
    {
      after: ['0001_note'],
    },
  );
  const settings = async (): Promise<unknown> =>
    onEngine({
      sqlite: () => db.session().sql`PRAGMA busy_timeout`,
      postgres: () =>
        db.session().sql`SELECT current_setting('lock_timeout') AS a, current_setting('statement_timeout') AS b`,
      mysql: () => db.session().sql`SELECT @@SESSION.lock_wait_timeout AS a, @@SESSION.innodb_lock_wait_timeout AS b`,
    })();

  /** Another session has the table until `free` is called. */
  const held = async (): Promise<{ free(): Promise<void> }> => {
    const other = await Database.connect(url);
    let release!: () => void;
    const freed = new Promise<void>((resolve) => (release = resolve));
    let has!: () => void;
    const had = new Promise<void>((resolve) => (has = resolve));
    const holding = other.transaction(async (session) => {
      await session.sql`UPDATE note SET score = 1`;
      has();
      await freed;
    });
    await had;
    return {
      async free() {
        release();
        await holding;
        await other.close();
      },
    };
  };

  it('G8: a lock that is not to be had is asked for again, and had when it is free', async () => {
    await open([first]).migrate({ acknowledge: true });
    await addNotes(1);
    const before = await settings();
    const holder = await held();
    let freeing: Promise<void> | undefined;
    const attempts: unknown[] = [];
    await open([first, altered], {
      lockTimeout: 100,
      retries: 10,
      onProgress: ({ attempt }) => {
        if (attempt === undefined) return;
        attempts.push(attempt);
        freeing ??= holder.free();
      },
    }).migrate({ acknowledge: true });
    await freeing;
    expect(attempts.slice(0, 1)).toEqual([1]);
    expect((await open([first, altered]).status()).map(({ state }) => state)).toEqual(['applied', 'applied']);
    expect(await settings()).toEqual(before);
  });

  it('G8: G5: after so many retries it fails by name, with nothing half done; and settings are as before', async () => {
    await open([first]).migrate({ acknowledge: true });
    await addNotes(1);
    const before = await settings();
    const picture = await pictureOf(db);
    const holder = await held();
    const error = await errorOf(() =>
      open([first, altered], { lockTimeout: 50, retries: 1 }).migrate({ acknowledge: true }),
    );
    expect(error).toBeInstanceOf(MigrationError);
    expect(error.cause).toBeInstanceOf(LockTimeoutError);
    expect(error.message).toMatch(/^0002_score: step 1 of 2 \(add column note\.extra\) failed: /);
    expect(error.message).toMatch(
      /Somebody holds a lock there: end that, or give lockTimeout and retries that outlast it, and migrate again\.$/,
    );
    await holder.free();
    expect(await settings()).toEqual(before);
    expect(await pictureOf(db)).toEqual(picture);
    await open([first, altered]).migrate({ acknowledge: true });
    expect(await names(open([]))).toEqual(['0001_note', '0002_score']);
  });
});

describe.skipIf(databaseName === 'sqlite')('limits of time (of servers: SQLite has none)', () => {
  const SLOW =
    'INSERT INTO note (text) SELECT COUNT(*) FROM information_schema.columns AS a, information_schema.columns AS b, information_schema.columns AS c';

  it('G8: a statement that takes too long is ended in the server, and its migration says so', async () => {
    const slow = file('0002_slow', [runSql({ postgres: 'SELECT pg_sleep(60)', mysql: SLOW, mariadb: SLOW })], {
      after: ['0001_note'],
    });
    const engine = open([first, slow], { statementTimeout: 100 });
    const error = await errorOf(() => engine.migrate({ acknowledge: true }));
    expect(error).toMatchObject({ code: 'E_MIGRATION', migration: '0002_slow', cause: { code: 'E_QUERY_TIMEOUT' } });
    expect((await engine.status()).map(({ state }) => state)).toEqual(['applied', 'pending']);
  });
});

describe.runIf(databaseName.startsWith('postgres'))('indexes that keep nobody out (on PostgreSQL)', () => {
  it('G8: wait for older transactions however long a lock may be waited for', async () => {
    await open([first]).migrate({ acknowledge: true });
    const other = await Database.connect(url);
    const operations = [addIndex('note', index('text'), { concurrently: true })];
    const files = [first, file('0002_index', operations, { after: ['0001_note'] })];
    const migrating = await other.transaction(async (session) => {
      await session.sql`INSERT INTO note (text) VALUES ('held')`;
      const done = open(files, { lockTimeout: 1, retries: 0 }).migrate({ acknowledge: true });
      const waits = async (): Promise<unknown[]> =>
        session.sql`SELECT 1 AS one FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'virtualxid'`;
      while ((await waits()).length === 0);
      return { done };
    });
    await migrating.done;
    await other.close();
    expect(await names(open([]))).toEqual(['0001_note', '0002_index']);
  });
});

describe('what fails', () => {
  const broken = file(
    '0002_unique',
    [
      addColumn('note', 'extra', f.int({ nullable: true })),
      addConstraint('note', unique('score')),
      addColumn('note', 'last', f.int({ nullable: true })),
    ],
    { after: ['0001_note'] },
  );

  it('G5: goes on from the failed step when its cause is mended, and is never taken for done', async () => {
    await open([first]).migrate({ acknowledge: true });
    await db.session().sql`INSERT INTO note (text, score) VALUES ('a', 7), ('b', 7)`;
    const error = await errorOf(() => open([first, broken]).migrate({ acknowledge: true }));
    expect(error).toMatchObject({ migration: '0002_unique', model: 'note', cause: { code: 'E_UNIQUE_VIOLATION' } });
    expect(error.message).not.toMatch('7');
    const entry = (await open([]).recorded()).find(({ name }) => name === '0002_unique');
    const left = entry && { state: entry.state, done: entry.done, running: entry.running };
    expect(left).toEqual(onEngine({ sqlite: undefined, mysql: { state: 'applying', done: 1, running: undefined } }));
    await db.session().sql`UPDATE note SET score = 8 WHERE text = 'b'`;
    await open([first, broken]).migrate({ acknowledge: true });
    expect(await names(open([]))).toEqual(['0001_note', '0002_unique']);
  });

  it.runIf(databaseName.startsWith('postgres'))(
    'G5: what is left of an index that failed without a lock (only PostgreSQL makes such) goes before it is made again',
    async () => {
      await open([first]).migrate({ acknowledge: true });
      await db.session().sql`INSERT INTO note (text, score) VALUES ('a', 7), ('b', 7)`;
      const operations = [
        addIndex('note', index('score', { unique: true, name: 'note_score' }), { concurrently: true }),
      ];
      const files = [first, file('0002_index', operations, { after: ['0001_note'] })];
      const isValid = (): Promise<unknown> =>
        db.session().sql`SELECT indisvalid FROM pg_index WHERE indexrelid = 'note_score'::regclass`;
      expect(await errorOf(() => open(files).migrate({ acknowledge: true }))).toMatchObject({
        cause: { code: 'E_UNIQUE_VIOLATION' },
      });
      expect(await isValid()).toEqual([{ indisvalid: false }]);
      await db.session().sql`UPDATE note SET score = 8 WHERE text = 'b'`;
      await open(files).migrate({ acknowledge: true });
      expect(await isValid()).toEqual([{ indisvalid: true }]);
      await open(files).rollback({ to: '0001_note', force: true });
      expect(await names(open([]))).toEqual(['0001_note']);
    },
  );

  it.runIf(isStepwise)(
    'G4: G5: one that is half applied (where no transaction takes it back) is not edited, nor rolled back',
    async () => {
      await open([first]).migrate({ acknowledge: true });
      await db.session().sql`INSERT INTO note (text, score) VALUES ('a', 7), ('b', 7)`;
      await errorOf(() => open([first, broken]).migrate({ acknowledge: true }));
      await expect(open([first, { ...broken, checksum: 'edited' }]).migrate({ acknowledge: true })).rejects.toThrow(
        failure(MigrationHistoryError, {
          message:
            '0002_unique: its file was edited while it was half applied: 1 of its steps are done. Take the edit back and go on; or finish it by hand, and say so with migrate({ fake: true }).',
        }),
      );
      await expect(open([first, broken]).rollback()).rejects.toThrow(
        failure(MigrationHistoryError, {
          message:
            '0002_unique: it is half applied. Apply it to the end first; or take it back by hand, and say so with rollback({ fake: true }).',
        }),
      );
      await open([first, { ...broken, checksum: 'edited' }]).migrate({ fake: true });
      expect((await open([]).recorded()).map(({ name, checksum, state }) => [name, checksum, state])).toEqual([
        ['0001_note', '0001_note', 'applied'],
        ['0002_unique', 'edited', 'applied'],
      ]);
    },
  );

  it('G6: nothing is destroyed that was not confirmed by its name, and nothing before it done', async () => {
    await open([first]).migrate({ acknowledge: true });
    const gone = file(
      '0002_gone',
      [addColumn('note', 'x', f.int({ nullable: true })), dropColumn('note', 'score'), dropTable('note')],
      {
        after: ['0001_note'],
      },
    );
    const picture = await pictureOf(db);
    await expect(open([first, gone]).migrate({ confirm: ['drop table note'] })).rejects.toMatchObject({
      code: 'E_CONFIRMATION_REQUIRED',
      message:
        "This destroys what cannot be brought back: drop column note.score. If that is meant, confirm it by name: 'drop column note.score'.",
    });
    expect(await pictureOf(db)).toEqual(picture);
  });

  it('G5: SQL of an application that was interrupted is asked about', async () => {
    const own = file('0001_own', [runSql(onEngine({ sqlite: ['CREATE TABLE own (id int)'] }), { outside: true })]);
    const engine = open([own]);
    await engine.migrate({ acknowledge: true });
    await db.session().sql`UPDATE blaze_migration SET state = 'applying', running = 0`;
    await expect(engine.migrate({ acknowledge: true })).rejects.toThrow(
      failure(MigrationError, {
        message:
          "0001_own: it was interrupted in step 1 of 1, SQL of your own, and nobody knows whether that was done. Look, and say { resume: 'done' } or { resume: 'again' }.",
      }),
    );
    await engine.migrate({ resume: 'done' });
    expect((await engine.status()).map(({ state }) => state)).toEqual(['applied']);
  });
});

describe('a scratch database', () => {
  let scratch: Database;
  beforeEach(async () => {
    scratch = await Database.connect(await freshUrl());
  });
  afterEach(() => scratch.close());

  const there = file(
    '0002_more',
    [addColumn('note', 'extra', f.int({ nullable: true })), addIndex('note', index('text'))],
    {
      after: ['0001_note'],
    },
  );

  it('G3: verify takes each migration up, down and up again, and says where the schema is another one then', async () => {
    const oneWay = file('0003_way', [runSql('UPDATE note SET score = 1')], { after: ['0002_more'] });
    const wrong = file(
      '0004_wrong',
      [runSql({ up: 'ALTER TABLE note ADD COLUMN mine integer', down: [] }, { operations: [] })],
      { after: ['0003_way'] },
    );
    const verify = (files: readonly Migration[]): ReturnType<MigrationEngine['verify']> =>
      new MigrationEngine(scratch, files).verify();
    expect(await verify([first, there, oneWay])).toMatchObject([
      { migration: '0003_way', when: 'back', differences: [], error: { code: 'E_MIGRATION_IRREVERSIBLE' } },
    ]);
    expect(await verify([first])).toEqual([]);
    expect(await open([first, there, oneWay, wrong]).verify()).toMatchObject([
      { migration: '0003_way', when: 'back' },
      {
        migration: '0004_wrong',
        when: 'back',
        differences: [{ kind: 'dropColumn', column: 'mine' }],
        error: undefined,
      },
    ]);
  });

  it('G10: what was changed by other means is told', async () => {
    await open([first, there]).migrate({ acknowledge: true });
    await db.session().sql`ALTER TABLE note ADD COLUMN strange integer`;
    expect((await open([first, there]).drift(scratch)).map(({ kind }) => kind)).toEqual(['dropColumn']);
  });

  it('G10: a database that exists is adopted if it has what the migrations make', async () => {
    await open([first], { table: 'elsewhere' }).migrate({ acknowledge: true });
    await db.session().sql`DROP TABLE elsewhere`;
    const error = await errorOf(() => open([first, there]).adopt(scratch, { to: '0002_more' }));
    expect(error).toBeInstanceOf(MigrationHistoryError);
    expect(error.message).toBe(
      '0002_more: the database differs from what it makes: add column note.extra, add index note_text_idx to note. Put the database right, or write the migration as the database is.',
    );
    await open([first, there]).adopt(scratch, { to: '0001_note' });
    await open([first, there]).migrate({ acknowledge: true });
    expect(await names(open([]))).toEqual(['0001_note', '0002_more']);
  });
});

describe.runIf(databaseName === 'sqlite')('a disk that is full (on SQLite, whose files can be bounded)', () => {
  it('G5: is told by name, and nothing is half done', async () => {
    await open([first]).migrate({ acknowledge: true });
    await addNotes(200);
    const picture = await pictureOf(db);
    const wide = file(
      '0002_wide',
      [
        addConstraint(
          'note',
          check('long', (n: { text: { ne(value: string): never } }) => n.text.ne('')),
        ),
      ],
      {
        after: ['0001_note'],
      },
    );
    const limited = await Database.connect(url);
    const [count] = await limited.session().sql`PRAGMA page_count`;
    const pages = Number(count!['page_count']);
    const limit = [`PRAGMA max_page_count = ${pages}`];
    await limited.transaction((inner) => inner.sql(Object.assign([...limit], { raw: limit }) as never));
    const error = await errorOf(() => new MigrationEngine(limited, [first, wide]).migrate({ acknowledge: true }));
    expect(error).toMatchObject({ code: 'E_MIGRATION', migration: '0002_wide' });
    expect(error.message).toMatch('database or disk is full');
    await limited.close();
    expect(await pictureOf(db)).toEqual(picture);
    await open([first, wide]).migrate({ acknowledge: true });
    expect(await names(open([]))).toEqual(['0001_note', '0002_wide']);
  });
});

describe('scripts', () => {
  const third = file(
    '0003_checked',
    [
      addConstraint(
        'tag',
        check('named', (t: { name: { ne(value: string): never } }) => t.name.ne('')),
      ),
      addIndex('note', index('text')),
    ],
    {
      after: ['0002_tag'],
    },
  );
  const all = [first, second, third];
  const send = async (script: string): Promise<void> => {
    const { executor } = engineOf(db);
    const connection = await executor.acquire({ mode: 'write', purpose: 'a script' });
    for (const sql of statementsOf(script)) await executor.script(connection, sql);
    executor.release(connection);
  };

  it('G10: a plan sends nothing but the question what was applied', async () => {
    const plans = await open(all).plan();
    expect(plans.map(({ migration, direction }) => [migration.name, direction])).toEqual([
      ['0001_note', 'forward'],
      ['0002_tag', 'forward'],
      ['0003_checked', 'forward'],
    ]);
    expect(await open(all).recorded()).toEqual([]);
  });

  it('G10: code is refused in a script by name', async () => {
    const code = file('0001_code', [run(() => undefined)]);
    await expect(open([code]).script()).rejects.toMatchObject({
      code: 'E_UNSUPPORTED',
      message: "0001_code: no script can say 'run code'. Apply it with the engine, and take the script from there on.",
    });
  });

  it('G10: a script, sent by other means, leaves what the engine leaves', async () => {
    const engine = open(all);
    await send(await engine.script());
    const picture = await pictureOf(db);
    expect((await engine.status()).map(({ state }) => state)).toEqual(['applied', 'applied', 'applied']);
    await engine.rollback({ force: true });
    await engine.migrate({ acknowledge: true });
    expect(await pictureOf(db)).toEqual(picture);
  });

  it.runIf(databaseName === 'sqlite')(
    'G10: an idempotent script is refused by name on SQLite, which has no conditions',
    async () => {
      await expect(open(all).script({ idempotent: true })).rejects.toMatchObject({
        code: 'E_UNSUPPORTED',
        feature: 'scripts of migrations that can be run again',
      });
    },
  );

  it.skipIf(databaseName === 'sqlite')(
    'G10: an idempotent script can be run again (not on SQLite, which refuses it), and leaves what the engine leaves',
    async () => {
      const engine = open(all);
      const script = await engine.script({ idempotent: true });
      await send(script);
      const picture = await pictureOf(db);
      await send(script);
      expect(await pictureOf(db)).toEqual(picture);
      expect((await engine.status()).map(({ state }) => state)).toEqual(['applied', 'applied', 'applied']);
      await engine.rollback({ force: true });
      await engine.migrate({ acknowledge: true });
      expect(await pictureOf(db)).toEqual(picture);
    },
  );
});

/** Statements of a script, as clients send them: one after the other, or as one text where the server takes several. */
function statementsOf(script: string): string[] {
  return isStepwise ? splitScript(script) : [script];
}
