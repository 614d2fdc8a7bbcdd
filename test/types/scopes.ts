/** Named scopes, views, managers and fragments: two models that refer to each other in all of these. */
import {
  count,
  f,
  model,
  type NamedScope,
  type QuerySet,
  type Refs,
  type ScopeValues,
  scope,
  type Session,
  sql,
  sum,
} from './orm.ts';
import { same } from './expect.ts';
import { Post as OtherPost } from './models.ts';

export class Person extends model(
  'person',
  {
    id: f.auto(),
    tenantId: f.int(),
    name: f.string(),
    deletedAt: f.datetime({ nullable: true }),
    notes: f.reverse(() => Note, 'writer'),
    total: f.reverseOne(() => Total, 'person'),
  },
  {
    ordering: ['name'],
    scopes: {
      alive: (p) => p.deletedAt.isNull(),
      tenant: scope((p, id: number) => p.tenantId.eq(id), { required: true, check: true }),
      productive: scope.across((p: Refs<Person>) => p.notes.some((n) => n.views.gt(0)), { default: false }),
      since: scope.across((p: Refs<Person>, views: number) => p.notes.sum((n) => n.views).gte(views), {
        default: false,
      }),
      named: scope((p, name: string) => p.name.eq(name), { default: false }),
    },
  },
) {}

export class Note extends model(
  'note',
  { id: f.auto(), title: f.string(), views: f.int(), writer: f.foreignKey(() => Person) },
  {
    scopes: {
      tenant: scope.across((n: Refs<Note>, id: number) => n.writer.tenantId.eq(id)),
      ofLiving: scope.across((n: Refs<Note>) => n.writer.deletedAt.isNull().and(n.writerId.gt(0))),
      seen: (n) => n.views.gte(0).and(n.writerId.gt(0)),
    },
  },
) {
  static popular(session: Session) {
    return session.query(this).filter({ views: 3 });
  }

  static mine() {
    return this.objects().filter({ writer: { name: 'me' } });
  }
}

export class Total extends model(
  'total',
  { person: f.oneToOne(() => Person, { primaryKey: true }), notes: f.int(), views: f.int({ nullable: true }) },
  {
    view: (query) =>
      query(Person).values((p) => ({ personId: p.id, notes: p.notes.count(), views: p.notes.sum((n) => n.views) })),
  },
) {}

export class Copy extends model(
  'note_copy',
  { id: f.auto(), title: f.string(), views: f.int(), writer: f.foreignKey(() => Person) },
  { view: (query) => query(Note).filter({ views: 1 }), scopes: { seen: (c) => c.views.gt(0) } },
) {}

export class Raw extends model(
  'raw',
  { day: f.date(), n: f.int() },
  { view: sql`SELECT day, count(*) AS n FROM visit GROUP BY day`, primaryKey: ['day'] },
) {}

declare const session: Session;

export async function names() {
  const people = session.query(Person).selectRelated('total');
  same<QuerySet<Person, 'total'>>()(people.unscoped('alive', 'tenant'));
  same<QuerySet<Person, 'total'>>()(people.unscoped().scoped('productive').scoped('named', 'ann'));
  same<number | null | undefined>()((await people.unscoped('alive'))[0]?.total?.views);
  session.query(Copy).unscoped('seen');
  // @ts-expect-error no scope of that name
  people.unscoped('alivee');
  // @ts-expect-error it is asked for, and not in force
  people.unscoped('productive');
  // @ts-expect-error it is in force
  people.scoped('alive');
  // @ts-expect-error its value is the session's
  people.scoped('tenant', 7);
  // @ts-expect-error it is about a value
  people.scoped('named');
  // @ts-expect-error of another type
  people.scoped('named', 1);
  people.scoped('since', 3);
  // @ts-expect-error it is about a value
  people.scoped('since');
  // @ts-expect-error of another type
  people.scoped('since', '3');
  // @ts-expect-error it takes no value
  people.scoped('productive', 1);
  // @ts-expect-error a model without scopes has none to leave out
  session.query(OtherPost).unscoped('alive');
  session.query(OtherPost).unscoped();
}

export function values(id: number) {
  same<{ readonly tenant: number }>()({ tenant: id } satisfies ScopeValues<Person> as ScopeValues<Person>);
  // @ts-expect-error of another type
  const wrong: ScopeValues<Note> = { tenant: '7' };
  // @ts-expect-error it takes no value
  const alive: ScopeValues<Person> = { tenant: 1, alive: true };
  return [wrong, alive];
}

export function definitions() {
  same<NamedScope<unknown, number, 'required'>>()(
    scope((_: unknown, n: number) => sql<boolean>`${n} = 1`, { required: true }),
  );
  // @ts-expect-error no such column
  model('a', { id: f.auto() }, { scopes: { x: (a) => a.name.eq('x') } });
  // @ts-expect-error a number is no condition
  model('a', { id: f.auto() }, { scopes: { x: (a) => a.id } });
  // @ts-expect-error of another type than the column
  model('a', { id: f.auto() }, { scopes: { x: scope((a, name: string) => a.id.eq(name)) } });
  // @ts-expect-error no such option
  model('a', { id: f.auto() }, { scopes: { x: scope((a) => a.id.eq(1), { always: true }) } });
  // @ts-expect-error the view lacks a column
  model('v', { id: f.auto(), n: f.int() }, { view: (query) => query(Note).values('id') });
  // @ts-expect-error of another type
  model('v', { id: f.auto(), n: f.int() }, { view: (query) => query(Note).values((n) => ({ id: n.id, n: n.title })) });
  // @ts-expect-error NULL where there are no rows
  model('v', { id: f.auto(), n: f.int() }, { view: (q) => q(Note).values((n) => ({ id: n.id, n: sum(n.views) })) });
  model('v', { id: f.auto(), n: f.int() }, { view: (q) => q(Note).values((n) => ({ id: n.id, n: count() })) });
}

const newest =
  (most: number) =>
  <L extends string, E>(notes: QuerySet<Note, L, E>): QuerySet<Note, L, E> =>
    notes.orderBy('-id').limit(most);

export async function fragments() {
  const notes = Note.popular(session)
    .selectRelated('writer')
    .annotate((n) => ({ more: n.views.plus(1) }))
    .pipe(newest(3));
  const [note] = await notes;
  same<string | undefined>()(note?.writer.name);
  same<number | undefined>()(note?.more);
  same<Promise<number>>()(Note.mine().pipe((mine) => mine.count()));
  // @ts-expect-error a fragment of another model
  session.query(Person).pipe(newest(3));
}
