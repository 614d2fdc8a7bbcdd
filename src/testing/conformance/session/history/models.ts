/** The models of the histories: every kind of relation, a version, a key of two columns, a rule. */
import { f, model } from '../../../../index.ts';

/** What a name may not be: the rule that steps break on purpose. */
export const BAD_NAME = 'bad';

const name = () => f.string({ maxLength: 20 });

export class Owner extends model('owner', {
  id: f.auto(),
  name: name(),
  data: f.json<{ n: number }>(),
  items: f.reverse(() => Item, 'owner'),
  badge: f.reverseOne(() => Badge, 'owner'),
}) {}

export class Badge extends model('badge', {
  id: f.auto(),
  name: name(),
  owner: f.oneToOne(() => Owner, { nullable: true }),
}) {}

/** Known by a code that is not its key. */
export class Shelf extends model('shelf', {
  id: f.auto(),
  // The only rule: a session that has no shelf writes without a look at rules.
  name: f.string({ maxLength: 20, validators: [(value) => (value === BAD_NAME ? 'is bad' : undefined)] }),
  code: f.string({ maxLength: 20, unique: true }),
  items: f.reverse(() => Item, 'shelf'),
}) {}

export class Item extends model('item', {
  id: f.auto(),
  name: name(),
  price: f.decimal({ precision: 8, scale: 2 }),
  version: f.version(),
  owner: f.foreignKey(() => Owner, { nullable: true }),
  shelf: f.foreignKey(() => Shelf, { to: 'code', onUpdate: 'cascade', onDelete: 'set null', nullable: true }),
  next: f.foreignKey(() => Item, { nullable: true }),
  labels: f.manyToMany(() => Label),
  friends: f.manyToMany(() => Item),
  befriended: f.reverse(() => Item, 'friends'),
  places: f.manyToMany(() => Place, { through: () => Stay }),
  parts: f.reverse(() => Part, 'item'),
}) {}

export class Label extends model('label', { id: f.auto(), name: name(), items: f.reverse(() => Item, 'labels') }) {}

export class Place extends model('place', { id: f.auto(), name: name(), items: f.reverse(() => Item, 'places') }) {}

/** A link with a column of its own. */
export class Stay extends model('stay', {
  id: f.auto(),
  item: f.foreignKey(() => Item),
  place: f.foreignKey(() => Place),
  nights: f.int({ default: 1 }),
}) {}

/** A key of two columns, one of them a relation; goes with its item. */
export class Part extends model(
  'part',
  {
    item: f.foreignKey(() => Item, { onDelete: 'cascade' }),
    no: f.int(),
    name: name(),
  },
  { primaryKey: ['item', 'no'] },
) {}

export const models = [Owner, Badge, Shelf, Item, Label, Place, Stay, Part] as const;

/** The models whose entities steps make and change. */
export const CLASSES = { owner: Owner, badge: Badge, shelf: Shelf, item: Item, label: Label, place: Place, part: Part };
export type Kind = keyof typeof CLASSES;
export type AnyEntity = Owner & Badge & Shelf & Item & Label & Place & Part;

/** The name of a row: its kind and key. */
export function rowName(kind: Kind, entity: object): string {
  const { id, itemId, no } = entity as AnyEntity;
  return kind === 'part' ? `part ${itemId} ${no}` : `${kind} ${id}`;
}
