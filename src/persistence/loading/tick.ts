/**
 * Calls that come in one tick for the same thing, done together: `Promise.all(posts.map((post) => post.author.load()))` is one
 * statement, whatever query each post came from.
 */
export class Tick<K> {
  readonly #run: (what: K, entities: readonly object[]) => Promise<void>;
  readonly #waiting = new Map<K, { readonly entities: Set<object>; readonly done: Promise<void> }>();

  constructor(run: (what: K, entities: readonly object[]) => Promise<void>) {
    this.#run = run;
  }

  join(what: K, entities: Iterable<object>): Promise<void> {
    let waiting = this.#waiting.get(what);
    if (waiting === undefined) {
      const all = new Set<object>();
      const start = (): Promise<void> => {
        this.#waiting.delete(what);
        return this.#run(what, [...all]);
      };
      this.#waiting.set(what, (waiting = { entities: all, done: Promise.resolve().then(start) }));
    }
    for (const entity of entities) waiting.entities.add(entity);
    return waiting.done;
  }
}
