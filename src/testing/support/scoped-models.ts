/** Rows of several tenants, some of them deleted: the models of the cases about scopes. */
import { f, model, scope, unique } from '../../index.ts';
import type { Database, Refs, Session } from '../../index.ts';

import { openTestDatabase } from './database.ts';

const deletable = { deletedAt: f.datetime({ nullable: true }) };

export class Person extends model(
  'person',
  {
    id: f.auto(),
    tenantId: f.int(),
    name: f.string({ maxLength: 40 }),
    ...deletable,
    notes: f.reverse(() => Note, 'writer'),
    badge: f.reverseOne(() => Badge, 'person'),
  },
  {
    constraints: [unique('tenantId', 'name')],
    scopes: {
      tenant: scope((p, id: number) => p.tenantId.eq(id), { required: true, check: true }),
      alive: (p) => p.deletedAt.isNull(),
    },
  },
) {}

export class Badge extends model(
  'badge',
  {
    id: f.auto(),
    code: f.string({ maxLength: 10 }),
    person: f.oneToOne(() => Person),
    about: f.foreignKey(() => Reply, { nullable: true }),
    ...deletable,
  },
  { scopes: { alive: (b) => b.deletedAt.isNull() } },
) {}

export class Note extends model(
  'note',
  {
    id: f.auto(),
    tenantId: f.int(),
    title: f.string({ maxLength: 40 }),
    views: f.int({ default: 0 }),
    ...deletable,
    writer: f.foreignKey(() => Person),
    reviewer: f.foreignKey(() => Person, { nullable: true }),
    labels: f.manyToMany(() => Label),
    replies: f.reverse(() => Reply, 'note'),
  },
  {
    scopes: {
      tenant: scope((n, id: number) => n.tenantId.eq(id), { required: true, check: true }),
      alive: (n) => n.deletedAt.isNull(),
      popular: scope((n) => n.views.gte(10), { default: false }),
      seen: scope((n, times: number) => n.views.gte(times), { default: false }),
    },
  },
) {
  static of(session: Session, name: string) {
    return session.query(this).filter({ writer: { name } });
  }

  static first() {
    return this.objects().orderBy('id').limit(1);
  }
}

/** Of the tenant that its note is of: the condition needs another table. */
export class Reply extends model(
  'reply',
  { id: f.auto(), body: f.string({ maxLength: 40 }), note: f.foreignKey(() => Note) },
  { scopes: { tenant: scope.across((r: Refs<Reply>, id: number) => r.note.tenantId.eq(id), { required: true }) } },
) {}

export class Label extends model(
  'label',
  {
    id: f.auto(),
    name: f.string({ maxLength: 40, unique: true }),
    hidden: f.bool(),
    notes: f.reverse(() => Note, 'labels'),
  },
  { scopes: { shown: (l) => l.hidden.eq(false) } },
) {}

export const scopedModels = [Person, Badge, Note, Reply, Label];

export const GONE = new Date('2026-01-02T03:04:05.000Z');

/** Tenant 7: ann, and bob, who is deleted; a note of each, and a deleted one of ann's. Tenant 8: eve and her note. */
export async function openTenants(): Promise<Database> {
  const db = await openTestDatabase({ models: scopedModels });
  const session = db.session({ unscoped: ['tenant'] });
  const [ann, bob, eve] = [
    new Person({ tenantId: 7, name: 'ann' }),
    new Person({ tenantId: 7, name: 'bob', deletedAt: GONE }),
    new Person({ tenantId: 8, name: 'eve' }),
  ] as const;
  const [shown, hidden] = [new Label({ name: 'shown', hidden: false }), new Label({ name: 'hidden', hidden: true })];
  const note = (
    title: string,
    tenantId: number,
    writer: Person,
    rest: Partial<ConstructorParameters<typeof Note>[0]>,
  ) => new Note({ title, tenantId, writer, ...rest });
  const one = note('one', 7, ann, { views: 10, reviewer: bob });
  const two = note('two', 7, bob, { views: 5, reviewer: ann });
  const three = note('three', 7, ann, { deletedAt: GONE });
  const four = note('four', 8, eve, { views: 50 });
  for (const item of [one, two, four]) item.labels.add(shown!, hidden!);
  session.add(one, two, three, four);
  await session.flush();
  const reply = (body: string, note: Note): Reply => new Reply({ body, note });
  const about = reply('r1', one);
  session.add(about, reply('r2', one), reply('r3', three), reply('r4', four));
  session.add(new Badge({ code: 'a', person: ann, about }), new Badge({ code: 'e', person: eve, deletedAt: GONE }));
  await session.commit();
  return db;
}
