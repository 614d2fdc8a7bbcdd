/** `'7'`, `'-0.5'`, `'0.505'` at scale 2 → `'7.00'`, `'-0.50'`, `'0.51'`: digits beyond the scale are rounded, halves away from zero. */
export function canonicalDecimal(value: string, scale: number): string {
  if (isCanonical(value, scale)) return value;
  const negative = value.startsWith('-');
  const [whole = '', fraction = ''] = (negative ? value.slice(1) : value).split('.');
  let digits = whole.replace(/^0+(?=\d)/, '');
  let rest = fraction.slice(0, scale).padEnd(scale, '0');
  if (fraction.length > scale && fraction.charCodeAt(scale) >= FIVE) {
    const units = String(BigInt(digits + rest) + 1n).padStart(scale + 1, '0');
    digits = units.slice(0, units.length - scale);
    rest = units.slice(units.length - scale);
  }
  const text = scale === 0 ? digits : `${digits}.${rest}`;
  return negative && /[1-9]/.test(text) ? `-${text}` : text;
}

/** Whether a valid decimal has exactly `scale` digits after the point, no needless zero before it, and no sign. */
function isCanonical(value: string, scale: number): boolean {
  const first = value.charCodeAt(0);
  if (scale === 0 || first === MINUS || value.charCodeAt(value.length - scale - 1) !== POINT) return false;
  return first !== ZERO || value.charCodeAt(1) === POINT;
}

/** Whether a decimal has a digit other than 0 beyond the scale. */
export function isFinerThan(value: string, scale: number): boolean {
  const point = value.indexOf('.');
  return point >= 0 && /[1-9]/.test(value.slice(point + 1 + scale));
}

const [MINUS, POINT, ZERO, FIVE] = ['-', '.', '0', '5'].map((text) => text.charCodeAt(0)) as [
  number,
  number,
  number,
  number,
]; // Named cast: as many as there were.
