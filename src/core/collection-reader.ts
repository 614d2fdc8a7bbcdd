/** A collection as it reads: like an array, without an index. What it holds is for the subclass to say. */
export abstract class CollectionReader implements Iterable<object> {
  /** @throws NotLoadedError where it is not known. */
  protected abstract loaded(): object[];

  get length(): number {
    return this.loaded().length;
  }

  at(index: number): object | undefined {
    return this.loaded().at(index);
  }

  [Symbol.iterator](): IterableIterator<object> {
    return this.loaded()[Symbol.iterator]();
  }

  toArray(): object[] {
    return [...this.loaded()];
  }

  includes(item: object): boolean {
    return this.loaded().includes(item);
  }

  map<U>(fn: (item: object, index: number) => U): U[] {
    return this.loaded().map((item, index) => fn(item, index));
  }

  filter(fn: (item: object, index: number) => boolean): object[] {
    return this.loaded().filter((item, index) => fn(item, index));
  }

  find(fn: (item: object, index: number) => boolean): object | undefined {
    return this.loaded().find((item, index) => fn(item, index));
  }

  some(fn: (item: object, index: number) => boolean): boolean {
    return this.loaded().some((item, index) => fn(item, index));
  }

  every(fn: (item: object, index: number) => boolean): boolean {
    return this.loaded().every((item, index) => fn(item, index));
  }

  forEach(fn: (item: object, index: number) => void): void {
    for (const [index, item] of this.loaded().entries()) fn(item, index);
  }

  flatMap<U>(fn: (item: object, index: number) => U | readonly U[]): U[] {
    return this.loaded().flatMap((item, index) => fn(item, index));
  }

  reduce<U>(fn: (sum: U, item: object, index: number) => U, initial: U): U {
    return this.loaded().reduce((sum, item, index) => fn(sum, item, index), initial);
  }

  slice(start?: number, end?: number): object[] {
    return this.loaded().slice(start, end);
  }

  toJSON(): object[] {
    return this.toArray();
  }
}
