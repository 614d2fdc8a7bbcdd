/** What MySQL makes of a value: a number, or anything else. */
type Kind = 'number' | 'other' | undefined;

/**
 * The statements that one connection keeps prepared.
 *
 * MySQL remembers with a statement that a value of it was a number, and reads every later one as such
 * (https://dev.mysql.com/doc/refman/9.0/en/prepare.html): after `name = 1`, `name = 'x'` asks for 0, which each text is that
 * is no number. So values of another kind go by a statement of their own.
 */
export class KeptStatements {
  /** By their texts, those used last at the end: of which kind the values were, where they were not NULL. */
  readonly #kinds = new Map<string, Kind[]>();
  readonly #most: number;
  #prepared = 0;

  /** @param most How many the driver keeps. */
  constructor(most: number) {
    this.#most = most;
  }

  /** How many have been prepared so far. */
  get prepared(): number {
    return this.#prepared;
  }

  /** The text by which a statement with these values is to be prepared, or was. */
  textFor(sql: string, values: readonly unknown[]): string {
    const text = this.#fits(sql, values)
      ? sql
      : `${sql} /* ${values.map((value) => (isNumber(value) ? 'n' : 'v')).join('')} */`;
    this.#note(text, values);
    return text;
  }

  #fits(sql: string, values: readonly unknown[]): boolean {
    const kinds = this.#kinds.get(sql);
    if (kinds === undefined) return true;
    for (let i = 0; i < values.length; i++) {
      const known = kinds[i];
      if (known !== undefined && values[i] !== null && known !== kindOf(values[i])) return false;
    }
    return true;
  }

  /** As the driver does: what was used last is kept. */
  #note(text: string, values: readonly unknown[]): void {
    const kinds = this.#kinds.get(text) ?? [];
    if (!this.#kinds.delete(text)) this.#prepared++;
    for (let i = 0; i < values.length; i++) if (values[i] !== null) kinds[i] = kindOf(values[i]);
    this.#kinds.set(text, kinds);
    if (this.#kinds.size > this.#most) this.#kinds.delete(this.#kinds.keys().next().value!);
  }
}

function kindOf(value: unknown): Kind {
  return isNumber(value) ? 'number' : 'other';
}

/** Booleans are sent as numbers. */
function isNumber(value: unknown): boolean {
  return typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean';
}
