/** Rows of several tenants, some of them deleted: the models of the cases about scopes. */
import { f, model, scope, unique } from '../../index.ts';

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
) {}

/** Of the tenant that its note is of: the condition needs another table. */
export class Reply extends model(
  'reply',
  { id: f.auto(), body: f.string({ maxLength: 40 }), note: f.foreignKey(() => Note) },
  { scopes: { tenant: scope((r, id: number) => r.note.tenantId.eq(id), { required: true }) } },
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
