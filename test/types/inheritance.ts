/** Single-table inheritance as the compiler sees it. */
import { f, model, subModel } from 'blazeorm';
import type { Init, Session } from 'blazeorm';

class Owner extends model('owner', { id: f.auto(), name: f.string(), pets: f.reverse(() => Animal, 'owner') }) {}

class Animal extends model(
  'animal',
  {
    id: f.auto(),
    name: f.string(),
    kind: f.enum(['cat', 'dog']),
    owner: f.foreignKey(() => Owner, { nullable: true }),
  },
  { discriminator: 'kind', subclasses: () => [Cat, Dog] },
) {
  static tame(): string {
    return 'tame';
  }

  speak(): string {
    return `I am ${this.name}`;
  }

  get loud(): string {
    return this.name.toUpperCase();
  }
}

class Cat extends subModel(Animal, 'cat', { lives: f.int({ default: 9 }) }) {
  override speak(): string {
    return `${super.speak()}, a cat of ${this.lives} lives`;
  }
}

class Dog extends subModel(
  Animal,
  'dog',
  { breed: f.string(), friend: f.foreignKey(() => Animal, { nullable: true }) },
  { indexes: [] },
) {}

export function construct(): readonly Animal[] {
  const cat = new Cat({ name: 'Tom' });
  const dog = new Dog({ name: 'Rex', breed: 'pug', friend: cat, owner: new Owner({ name: 'Ann' }) });
  Cat.tame().trim();
  const kinds: readonly ['cat', 'dog'] = [cat.kind, dog.kind];
  // @ts-expect-error the constructor sets the discriminator
  new Cat({ name: 'Tom', kind: 'cat' });
  // @ts-expect-error a dog has a breed
  new Dog({ name: 'Rex' });
  // @ts-expect-error a cat has none
  new Cat({ name: 'Tom', breed: 'x' });
  // @ts-expect-error it never changes
  cat.kind = 'dog';
  void kinds;
  return [cat, dog];
}

Dog.on('beforeSave', (dog, { created }) => {
  if (created) dog.breed = dog.name;
});

export const init: Init<Dog> = { name: 'Rex', breed: 'pug' };

export async function query(session: Session): Promise<void> {
  const animals: (Cat | Dog)[] = await session.query(Animal).filter({ name: 'Tom', kind: 'cat' }).orderBy('name');
  for (const animal of animals) {
    if (animal.kind === 'cat') animal.lives.toFixed();
    else animal.breed.trim();
    // @ts-expect-error not every animal has a breed
    animal.breed;
    animal.speak().trim();
  }
  const [first] = await session.query(Animal).selectRelated('owner');
  if (first instanceof Dog) first.breed.trim();
  first?.owner?.name.trim();
  const cats: Cat[] = await session.query(Cat).filter({ lives: 9, name: 'Tom' }).orderBy('-lives', 'name');
  cats[0]?.lives.toFixed();
  const cat: Cat | null = await session.get(Cat, 1);
  const any: Cat | Dog | null = await session.get(Animal, 1);
  await session.query(Dog).update({ breed: 'pug', name: 'x' });
  // @ts-expect-error the discriminator is not to be changed
  await session.query(Dog).update({ kind: 'cat' });
  // @ts-expect-error no column of cats
  session.query(Cat).orderBy('breed');
  // @ts-expect-error no column of every animal
  session.query(Animal).filter({ lives: 9 });
  // @ts-expect-error no column of every animal
  session.query(Animal).orderBy('lives');
  const dogs = await session.query(Dog).selectRelated('friend.owner').prefetchRelated('owner.pets');
  const friend = dogs[0]?.friend;
  if (friend?.kind === 'cat') friend.lives.toFixed();
  const [owner] = await session
    .query(Owner)
    .prefetchRelated('pets')
    .filter({ pets: { kind: 'dog' } });
  for (const pet of owner!.pets) if (pet.kind === 'dog') pet.breed.trim();
  const names: { name: string; breed: string }[] = await session.query(Dog).values('name', 'breed');
  owner!.pets.add(new Cat({ name: 'Tom' }));
  await session.query(Cat).bulkCreate([{ name: 'a' }, new Cat({ name: 'b' })]);
  void [cat, any, names];
}

class Plain extends model(
  'plain',
  { id: f.auto(), kind: f.enum(['a', 'b']), on: f.datetime({ generated: 'x' }) },
  { discriminator: 'kind', discriminatorValue: 'a', subclasses: () => [More] },
) {}
class More extends subModel(Plain, 'b', { more: f.json<{ x: number }>() }) {}

export async function concrete(session: Session): Promise<void> {
  const rows: (Plain | More)[] = await session.query(Plain);
  for (const row of rows) {
    if (row instanceof More) row.more.x.toFixed();
    // @ts-expect-error not every row has more
    row.more;
  }
  new Plain({});
}

// @ts-expect-error a subclass cannot be extended again
export class Most extends subModel(More, 'c', { most: f.bool() }) {}

class Kindless extends model('kindless', { id: f.auto() }) {}
// @ts-expect-error a model without a discriminator has no subclasses
export class Wrong extends subModel(Kindless, 'x', {}) {}
// @ts-expect-error no such field
export class NoField extends model('no_field', { id: f.auto() }, { discriminator: 'kind', subclasses: () => [Cat] }) {}
