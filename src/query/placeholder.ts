import { InvalidQueryError } from '../utils/errors.ts';

/** Stands in a prepared query for a value that is given when it runs. It may stand wherever a value of its own becomes a parameter. */
export class Placeholder {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
    Object.freeze(this);
  }

  /** A text that is built from it would hold no value. */
  [Symbol.toPrimitive](): never {
    throw new InvalidQueryError(
      `The parameter '${this.name}' of a prepared query has no value while the query is built.`,
      {
        remedy: 'Hand it on as it is: q.filter({ email: p.email }).',
      },
    );
  }
  /** Nor would JSON around it. */
  toJSON(): never {
    return this[Symbol.toPrimitive]();
  }
}
