type Rows = IterableIterator<unknown[]>;

/**
 * Rows of one running statement. SQLite has one cursor's view of a table, so a write beside it would change what it
 * still has to give, and some drivers refuse it: `spill` reads the rest first.
 */
export class RowStream implements Rows {
  #rows: Rows;
  #spilt = false;

  constructor(rows: Rows) {
    this.#rows = rows;
  }

  next(): IteratorResult<unknown[]> {
    return this.#rows.next();
  }

  return(): IteratorResult<unknown[]> {
    return this.#rows.return?.() ?? { done: true, value: undefined };
  }

  [Symbol.iterator](): this {
    return this;
  }

  /** Read what is left into memory, so that the statement ends. */
  spill(): void {
    if (this.#spilt) return;
    this.#spilt = true;
    this.#rows = [...this.#rows].values();
  }
}
