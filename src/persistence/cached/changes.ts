/** What one transaction has changed so far. What a savepoint takes back stays: to say too much is harmless. */
export class Changes {
  readonly marks = new Set<string>();
  /** Whether each statement of the transaction sees what is committed by then. */
  readonly #readCommitted: boolean;
  #unknown = false;

  constructor(readCommitted: boolean) {
    this.#readCommitted = readCommitted;
  }

  get seesCommitted(): boolean {
    return this.#readCommitted && !this.#unknown;
  }

  add(mark: string): void {
    this.marks.add(mark);
  }

  addUnknown(): void {
    this.#unknown = true;
  }

  concerns(marks: Iterable<string>): boolean {
    for (const mark of marks) if (this.marks.has(mark)) return true;
    return false;
  }
}
