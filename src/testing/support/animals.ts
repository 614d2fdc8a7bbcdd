/** Classes that share a table: the models of the cases about inheritance. */
import { check, f, index, model, subModel } from '../../index.ts';

export class Owner extends model('owner', {
  id: f.auto(),
  name: f.string({ maxLength: 40 }),
  pets: f.reverse(() => Animal, 'owner'),
  guard: f.foreignKey(() => Dog, { nullable: true }),
}) {}

export class Kennel extends model('kennel', {
  id: f.auto(),
  city: f.string({ maxLength: 40 }),
  dogs: f.reverse(() => Dog, 'kennel'),
}) {}

export class Animal extends model(
  'animal',
  {
    id: f.auto(),
    name: f.string({ maxLength: 40, unique: true }),
    kind: f.enum(['cat', 'dog', 'bird']),
    owner: f.foreignKey(() => Owner, { nullable: true }),
    mother: f.foreignKey(() => Animal, { nullable: true }),
  },
  { discriminator: 'kind', subclasses: () => [Cat, Dog], ordering: ['id'] },
) {
  static named(name: string) {
    return this.objects().filter({ name });
  }

  speak(): string {
    return `I am ${this.name}`;
  }
}

export class Cat extends subModel(Animal, 'cat', { lives: f.int({ default: 9 }) }) {
  override speak(): string {
    return `${super.speak()} and have ${this.lives} lives`;
  }
}

export class Dog extends subModel(
  Animal,
  'dog',
  {
    breed: f.string({ maxLength: 40 }),
    trick: f.string({ maxLength: 40, nullable: true }),
    kennel: f.foreignKey(() => Kennel, { nullable: true }),
    friends: f.manyToMany(() => Cat),
  },
  { indexes: [index('breed')], constraints: [check('dog_breed', (d) => d.breed.ne(''))] },
) {}

export const animals = [Owner, Kennel, Animal, Cat, Dog];
