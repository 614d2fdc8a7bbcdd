import fc from 'fast-check';

const whole = (max: number): fc.Arbitrary<number> => fc.noBias(fc.nat({ max }));

/** Chance, drawn from fast-check, so that what fails is made smaller by itself: 0 is the simplest of every draw. */
export class Dice {
  readonly #draw: fc.GeneratorValue;

  constructor(draw: fc.GeneratorValue) {
    this.#draw = draw;
  }

  /** A whole number from 0 to `limit - 1`. */
  below(limit: number): number {
    return limit <= 1 ? 0 : this.#draw(whole, limit - 1);
  }

  /** True once in `n` times. */
  oneIn(n: number): boolean {
    return this.below(n) === n - 1;
  }

  /** One of these; the first is the simplest. */
  of<T>(items: readonly T[]): T {
    if (items.length === 0) throw new Error('Nothing to choose from');
    return items[this.below(items.length)]!;
  }

  /** One of these, so many times as likely as is said. */
  weighted<T>(choices: readonly (readonly [weight: number, make: () => T])[]): T {
    let at = this.below(choices.reduce((sum, [weight]) => sum + weight, 0));
    for (const [weight, make] of choices) {
      if (at < weight) return make();
      at -= weight;
    }
    throw new Error('Nothing to choose from');
  }

  /** So many things, each made anew. */
  list<T>(least: number, most: number, make: (index: number) => T): T[] {
    return Array.from({ length: least + this.below(most - least + 1) }, (_, i) => make(i));
  }

  /** Some of these, in their order. */
  some<T>(items: readonly T[], n = 2): T[] {
    return items.filter(() => this.oneIn(n));
  }
}
