/** Exact decimals: `units` of the last of `scale` digits. */
export class Decimal {
  readonly units: bigint;
  readonly scale: number;

  constructor(units: bigint, scale: number) {
    this.units = units;
    this.scale = scale;
  }

  static of(value: string | number | bigint | Decimal): Decimal {
    if (value instanceof Decimal) return value;
    const text = String(value);
    return new Decimal(BigInt(text.replace('.', '')), text.split('.')[1]?.length ?? 0);
  }

  /** Fewer digits are rounded, halves away from zero. */
  at(scale: number): Decimal {
    if (scale >= this.scale) return new Decimal(this.units * 10n ** BigInt(scale - this.scale), scale);
    return new Decimal(divided(this.units, 10n ** BigInt(this.scale - scale)), scale);
  }

  plus(other: Decimal): Decimal {
    const scale = Math.max(this.scale, other.scale);
    return new Decimal(this.at(scale).units + other.at(scale).units, scale);
  }

  times(other: Decimal): Decimal {
    return new Decimal(this.units * other.units, this.scale + other.scale);
  }

  /** To so many digits, halves rounded away from zero. */
  dividedBy(other: Decimal, scale: number): Decimal {
    return new Decimal(
      divided(this.units * 10n ** BigInt(scale + other.scale), other.units * 10n ** BigInt(this.scale)),
      scale,
    );
  }

  /** With the sign of this. */
  mod(other: Decimal): Decimal {
    const scale = Math.max(this.scale, other.scale);
    return new Decimal(this.at(scale).units % other.at(scale).units, scale);
  }

  negated(): Decimal {
    return new Decimal(-this.units, this.scale);
  }

  compare(other: Decimal): number {
    const { units } = this.plus(other.negated());
    return units < 0n ? -1 : units > 0n ? 1 : 0;
  }

  toString(): string {
    const digits = String(this.units < 0n ? -this.units : this.units).padStart(this.scale + 1, '0');
    const whole = digits.slice(0, digits.length - this.scale);
    return `${this.units < 0n ? '-' : ''}${whole}${this.scale === 0 ? '' : `.${digits.slice(-this.scale)}`}`;
  }
}

/** The nearest whole number, halves away from zero. */
function divided(a: bigint, b: bigint): bigint {
  const negative = a < 0n !== b < 0n;
  const [x, y] = [a < 0n ? -a : a, b < 0n ? -b : b];
  const quotient = (2n * x + y) / (2n * y);
  return negative ? -quotient : quotient;
}
