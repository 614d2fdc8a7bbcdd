import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { f, fullClean, InvalidValueError, model, rules, ValidationError } from '../../../index.ts';
import type { Database } from '../../../index.ts';

import { errorOf, expectRefused, openTestDatabase } from '../../support/database.ts';
import { plain } from '../../support/pictures.ts';

/** As zod, valibot and arktype are: trims, and refuses what is empty. */
const trimmed = {
  '~standard': {
    version: 1 as const,
    vendor: 'test',
    validate: (value: unknown) => {
      if (typeof value !== 'string') return { issues: [{ message: 'not a text' }] };
      const text = value.trim();
      return text === '' ? { issues: [{ message: 'empty' }] } : { value: text };
    },
    types: undefined as { input: string; output: string } | undefined,
  },
};

const sizes = {
  '~standard': {
    version: 1 as const,
    vendor: 'test',
    // Asynchronous, with a path to the part that is wrong.
    validate: async (value: unknown) => {
      await Promise.resolve();
      const { width } = value as { width?: unknown };
      return typeof width === 'number' ? { value } : { issues: [{ message: 'no width', path: ['width', { key: 0 }] }] };
    },
    types: undefined as { input: { width: number }; output: { width: number } } | undefined,
  },
};

const taken = new Set(['root']);

class Member extends model('member', {
  id: f.auto(),
  name: f.string({ maxLength: 10, validators: [trimmed, rules.minLength(2)] }),
  email: f.string({ validators: [rules.email()] }),
  login: f.string({
    nullable: true,
    validators: [async (login: string) => ((await Promise.resolve(taken.has(login))) ? 'is taken' : undefined)],
  }),
  age: f.int({ nullable: true, validators: [rules.min(0), rules.max(150)] }),
  fee: f.decimal({ precision: 6, scale: 2, default: '0', validators: [rules.max('99.9')] }),
  role: f.enum(['admin', 'guest'], { default: 'guest' }),
  box: f.json<{ width: number }>({ nullable: true, schema: sizes }),
  from: f.date({ nullable: true }),
  until: f.date({ nullable: true }),
}) {
  clean() {
    if (this.from !== null && this.until !== null && this.until < this.from)
      return { until: 'is before from', '': 'the membership ends before it begins' };
    return undefined;
  }
}

/** Without rules of its own: what its columns say holds. */
class Plain extends model('plain', { id: f.auto(), title: f.string({ maxLength: 3 }), n: f.int() }) {}

let db: Database;
beforeEach(async () => {
  db = await openTestDatabase({ models: [Member, Plain] });
});
afterEach(() => db.close());

const ann = { name: ' Ann ', email: 'ann@x.org' };
/** Values that only come from outside: the compiler would refuse them. */
const loosely = (init: object): Member => new Member(init as typeof ann);

describe('validation', () => {
  it('V1: all that is wrong with an entity is told at once, by field, before anything is sent', async () => {
    const session = db.session();
    session.add(
      loosely({
        name: 'x',
        email: 'nobody',
        login: 'root',
        age: -1,
        fee: '99.91',
        role: 'boss',
        box: {},
        from: '2026-02-01',
        until: '2026-01-01',
      }),
    );
    const before = db.queryStats().statements;
    const error = await errorOf(() => session.commit());
    expect(error).toBeInstanceOf(ValidationError);
    expect(error).toMatchObject({
      code: 'E_VALIDATION',
      model: 'Member',
      errors: {
        name: [{ code: 'minLength', message: 'must have at least 2 characters' }],
        email: [{ code: 'email', message: 'must be an email address' }],
        login: [{ code: 'invalid', message: 'is taken' }],
        age: [{ code: 'min', message: 'must be at least 0' }],
        fee: [{ code: 'max', message: 'must be at most 99.9' }],
        role: [{ code: 'choice', message: "takes one of 'admin', 'guest', not a string" }],
        'box.width.0': [{ code: 'invalid', message: 'is not valid: no width' }],
        until: [{ code: 'invalid', message: 'is before from' }],
        '': [{ code: 'invalid', message: 'the membership ends before it begins' }],
      },
    });
    expect(Object.keys((error as ValidationError).errors)).toHaveLength(9);
    // BEGIN and ROLLBACK at most: no row was sent.
    expect(db.queryStats().statements - before).toBeLessThanOrEqual(2);
    expect(await db.session().query(Member).count()).toBe(0);
  });

  it('V1: what is coerced is checked and stored as it was coerced', async () => {
    const member = new Member(ann);
    await db.transaction((session) => session.add(member));
    expect(member.name).toBe('Ann');
    const session = db.session();
    const stored = await session.getOrFail(Member, member.id);
    expect(stored.name).toBe('Ann');
    stored.name = '  Bea';
    await session.commit();
    expect(stored.name).toBe('Bea');
    expect(await db.session().query(Member).valuesList('name', { flat: true })).toEqual(['Bea']);
  });

  it('V1: an update checks what it changes, and leaves the session with what it had', async () => {
    await db.transaction((session) => session.add(new Member(ann)));
    const session = db.session();
    const [member] = await session.query(Member);
    member!.age = 200;
    expect(await errorOf(() => session.commit())).toMatchObject({
      message: 'Member.age must be at most 150.',
      errors: { age: [{ code: 'max', message: 'must be at most 150' }] },
    });
    expect(session.state(member!)).toBe('persistent');
    member!.age = 20;
    await session.commit();
    expect(await db.session().query(Member).valuesList('age', { flat: true })).toEqual([20]);
  });

  it('V1: a model without rules is told of all that its columns refuse', async () => {
    const session = db.session();
    session.add(
      new Plain({ title: 'ok', n: 1 }),
      new Plain({ title: 'too long', n: 1.5 } as { title: string; n: number }),
    );
    const error = await errorOf(() => session.commit());
    expect(error).toBeInstanceOf(ValidationError);
    expect(error).toBeInstanceOf(InvalidValueError);
    expect((error as ValidationError).errors).toEqual({
      title: [{ code: 'length', message: 'takes at most 3 characters' }],
      n: [{ code: 'type', message: 'takes an integer, not a fractional number' }],
    });
    expect(await db.session().query(Plain).count()).toBe(0);
  });

  it('V1: bulkCreate and bulkUpdate check, too', async () => {
    const session = db.session();
    await expectRefused(db, () => session.query(Member).bulkCreate([ann, { ...ann, email: 'nobody' }]), {
      type: ValidationError,
      message: 'Member.email must be an email address.',
    });
    const members = await session.query(Member).bulkCreate([ann, { ...ann, name: 'Bob' }]);
    expect(members.map(({ name }) => name)).toEqual(['Ann', 'Bob']);
    members[1]!.age = -1;
    await expectRefused(db, () => session.query(Member).bulkUpdate(members, ['age']), {
      type: ValidationError,
      message: 'Member.age must be at least 0.',
    });
  });

  it('V1: fullClean checks without a session', async () => {
    const member = new Member(ann);
    await fullClean(member);
    expect(member.name).toBe('Ann');
    expect(await errorOf(() => fullClean(loosely({ ...ann, name: null })))).toMatchObject({
      errors: { name: [{ code: 'required' }] },
    });
    expect(await errorOf(() => fullClean({ name: 'x' }))).toBeInstanceOf(InvalidValueError);
  });

  it('V1: a model is a Standard Schema', async () => {
    const { validate, vendor, version } = Member['~standard'];
    expect([vendor, version]).toEqual(['blazeorm', 1]);
    const good = await validate(ann);
    expect(good.issues).toBeUndefined();
    const made = (good as { value: unknown }).value;
    expect(made).toBeInstanceOf(Member);
    expect(plain(made as object)).toMatchObject({ name: 'Ann', email: 'ann@x.org', role: 'guest' });
    expect(await validate({ ...ann, email: 'nobody', age: 151 })).toEqual({
      issues: [
        { message: 'must be an email address', path: ['email'] },
        { message: 'must be at most 150', path: ['age'] },
      ],
    });
    expect(await validate({ ...ann, colour: 'red' })).toMatchObject({ issues: [{ path: ['colour'] }] });
    expect(await validate('Ann')).toMatchObject({ issues: [{ path: [] }] });
    expect(await validate(JSON.parse('{"__proto__": {"email": "a@b.c"}, "name": "Ann"}'))).toHaveProperty('issues');
  });
});
