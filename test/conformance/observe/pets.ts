/** What is written and read while somebody looks on. */
import { f, model, unique } from 'blazeorm';

/** A value that must show nowhere. */
export const SENTINEL = 'sentinel-4711';

export class Owner extends model('owner', { id: f.auto(), name: f.string(), pets: f.reverse(() => Pet, 'owner') }) {}
export class Pet extends model(
  'pet',
  { id: f.auto(), name: f.string(), owner: f.foreignKey(() => Owner) },
  { constraints: [unique('name')] },
) {}

export const models = [Owner, Pet];
