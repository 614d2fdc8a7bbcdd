/** Scopes by name: asked for, left out, set for a session; and what needs no scope. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { ConfigError, InvalidQueryError, InvalidValueError, UnknownFieldError } from '../../../index.ts';
import type { Database, QuerySet, Session } from '../../../index.ts';

import { expectRefused, expectSql } from '../../support/database.ts';
import { Note, openTenants } from '../../support/scoped-models.ts';

let db: Database;

beforeEach(async () => {
  db = await openTenants();
});

afterEach(() => db.close());

const tenant = (id = 7): Session => db.session({ scopes: { tenant: id } });
const titles = async (rows: PromiseLike<readonly { readonly title: string }[]>): Promise<string[]> =>
  (await rows).map(({ title }) => title).toSorted();

describe('scopes by name', () => {
  it('M12: are asked for, and left out', async () => {
    const notes = tenant().query(Note);
    expect(await titles(notes.scoped('popular'))).toEqual(['one']);
    expect(await titles(notes.scoped('seen', 5))).toEqual(['one', 'two']);
    expect(await titles(notes.scoped('seen', 5).scoped('popular'))).toEqual(['one']);
    expect(await titles(notes.unscoped('alive'))).toEqual(['one', 'three', 'two']);
    expect(await titles(notes.unscoped())).toEqual(['one', 'three', 'two']);
    expect(await titles(notes.unscoped('tenant', 'alive'))).toEqual(['four', 'one', 'three', 'two']);
    expect(await titles(notes.unscoped().unscoped('tenant'))).toEqual(['four', 'one', 'three', 'two']);
    expect(await titles(db.session({ unscoped: ['tenant', 'alive'] }).query(Note))).toEqual([
      'four',
      'one',
      'three',
      'two',
    ]);
    await db.transaction(
      async (session) => {
        expect(await titles(session.query(Note))).toEqual(['four']);
      },
      { scopes: { tenant: 8 } },
    );
    expectSql(notes.scoped('seen', 5), {
      sqlite:
        'SELECT t0."id", t0."tenant_id", t0."title", t0."views", t0."deleted_at", t0."writer_id", t0."reviewer_id" FROM "note" AS t0 WHERE t0."tenant_id" = ? AND t0."deleted_at" IS NULL AND t0."views" >= ?',
      postgres:
        'SELECT t0."id", t0."tenant_id", t0."title", t0."views", t0."deleted_at", t0."writer_id", t0."reviewer_id" FROM "note" AS t0 WHERE t0."tenant_id" = $1 AND t0."deleted_at" IS NULL AND t0."views" >= $2',
      mysql:
        'SELECT t0.`id`, t0.`tenant_id`, t0.`title`, t0.`views`, t0.`deleted_at`, t0.`writer_id`, t0.`reviewer_id` FROM `note` AS t0 WHERE t0.`tenant_id` = ? AND t0.`deleted_at` IS NULL AND t0.`views` >= ?',
      parameters: [7, 5],
    });
  });

  it('M12: that there are not, or not so, are refused', async () => {
    // Calls as they come from JavaScript: the compiler refuses them.
    const notes = tenant().query(Note) as unknown as Record<'scoped' | 'unscoped', (...args: unknown[]) => unknown>;
    const refused = (
      call: () => unknown,
      type: abstract new (...args: never) => Error,
      message: string,
    ): Promise<void> => expectRefused(db, call, { type, message });
    await refused(
      () => notes.scoped('populr'),
      UnknownFieldError,
      "Note has no scope 'populr'. Did you mean 'popular'?",
    );
    await refused(() => notes.unscoped('aliv'), UnknownFieldError, "Note has no scope 'aliv'. Did you mean 'alive'?");
    await refused(() => notes.unscoped(1), InvalidQueryError, 'A scope of Note is named by a text, not an integer.');
    await refused(
      () => notes.unscoped('popular'),
      InvalidQueryError,
      "Note has no scope 'popular' in force that could be left out. Leave .scoped('popular') out of the query.",
    );
    await refused(
      () => notes.scoped('tenant', 8),
      InvalidQueryError,
      "The scope 'tenant' of Note is in force by default. Its value is the session's: { scopes: { tenant: … } }.",
    );
    await refused(
      () => notes.scoped('seen'),
      InvalidQueryError,
      "The scope 'seen' of Note is about a value. Write .scoped('seen', value).",
    );
    await refused(
      () => notes.scoped('popular', 1),
      InvalidQueryError,
      "The scope 'popular' of Note takes no value. Write .scoped('popular').",
    );
    await expectRefused(db, () => notes.scoped('seen', { gte: 5 }), {
      type: InvalidValueError,
      message: 'Note.views takes an integer, not a plain object.',
    });
  });

  it('M12: are checked where a session is opened', async () => {
    const refused = (options: Parameters<Database['session']>[0], message: string): Promise<void> =>
      expectRefused(db, () => db.session(options), { type: ConfigError, message });
    await refused(
      { scopes: { tennant: 7 } },
      "No model has a scope 'tennant' that is in force by default. Did you mean 'tenant'?",
    );
    await refused(
      { scopes: { tenant: undefined } },
      "The scope 'tenant' was given undefined for a value. Leave it out, or name it in { unscoped: ['tenant'] } where all rows are meant.",
    );
    await refused(
      { scopes: { alive: true } },
      "The scope 'alive' takes no value. It is in force by default; name it in { unscoped: ['alive'] } where it should not be.",
    );
    await refused(
      { unscoped: ['x'] },
      "No model has a scope 'x' that is in force by default. Use one of: tenant, alive, shown.",
    );
    // A value of the wrong type is the field's to refuse, before anything is sent.
    await expectRefused(db, () => db.session({ scopes: { tenant: '7' } }).query(Note), {
      type: InvalidValueError,
      message: 'Note.tenantId takes an integer, not a string.',
    });
  });
});

describe('what is asked in many places', () => {
  it('Q18: is a static of the model: a manager', async () => {
    const session = tenant();
    expect(await titles(Note.of(session, 'ann'))).toEqual(['one']);
    expect(await session.run(() => Note.first().pipe((notes) => notes.valuesList('title', { flat: true })))).toEqual([
      'one',
    ]);
    expect(await titles(Note.of(session, 'ann').unscoped('alive').scoped('seen', 0))).toEqual(['one', 'three']);
  });

  it('Q18: is a function of a query set, in its chain', async () => {
    const newest =
      (most: number) =>
      <L extends string, E>(notes: QuerySet<Note, L, E>): QuerySet<Note, L, E> =>
        notes.orderBy('-id').limit(most);
    const [note] = await tenant().query(Note).unscoped('alive').selectRelated('writer').pipe(newest(1));
    expect([note?.title, note?.writer.name]).toEqual(['two', 'bob']);
    const wrong = tenant().query(Note) as unknown as { pipe(fn: unknown): unknown };
    await expectRefused(db, () => wrong.pipe('newest'), {
      type: InvalidQueryError,
      message: 'pipe() takes a function of a query, not a string.',
    });
  });
});
