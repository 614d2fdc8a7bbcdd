/** What a file that is being written imports, and from where. */
export class Imports {
  readonly #names = new Map<string, Set<string>>();

  /** The name of something of the package's main entry. */
  core(name: string): string {
    return this.#use('blazeorm', name);
  }

  /** The name of something of its schema entry. */
  schema(name: string): string {
    return this.#use('blazeorm/schema', name);
  }

  /** What is imported from each, sorted. */
  entries(): [from: string, names: string[]][] {
    return [...this.#names]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([from, names]) => [from, [...names].toSorted()]);
  }

  #use(from: string, name: string): string {
    const names = this.#names.get(from);
    if (names === undefined) this.#names.set(from, new Set([name]));
    else names.add(name);
    return name;
  }
}
