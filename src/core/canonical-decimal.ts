/** `'7'`, `'-0.5'`, `'0.500'` at scale 2 → `'7.00'`, `'-0.50'`, `'0.50'`. */
export function canonicalDecimal(value: string, scale: number): string {
  if (isCanonical(value, scale)) return value;
  const negative = value.startsWith('-');
  const [whole = '', fraction = ''] = (negative ? value.slice(1) : value).split('.');
  const digits = whole.replace(/^0+(?=\d)/, '');
  const text = scale === 0 ? digits : `${digits}.${fraction.slice(0, scale).padEnd(scale, '0')}`;
  return negative && /[1-9]/.test(text) ? `-${text}` : text;
}

/** Whether a valid decimal has exactly `scale` digits after the point, no needless zero before it, and no sign. */
function isCanonical(value: string, scale: number): boolean {
  const first = value.charCodeAt(0);
  if (scale === 0 || first === MINUS || value.charCodeAt(value.length - scale - 1) !== POINT) return false;
  return first !== ZERO || value.charCodeAt(1) === POINT;
}

const [MINUS, POINT, ZERO] = ['-', '.', '0'].map((text) => text.charCodeAt(0));
