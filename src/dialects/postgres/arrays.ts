/**
 * PostgreSQL's text form of arrays (https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO): items in braces,
 * quoted where they hold anything but plain characters. One dimension: arrays in an array are texts.
 */

/** The text of an array whose items are texts or null. */
export function formatArray(items: readonly (string | null)[]): string {
  let text = '{';
  for (const item of items) {
    if (text.length > 1) text += ',';
    text += item === null ? 'NULL' : PLAIN.test(item) ? item : `"${item.replace(/["\\]/g, '\\$&')}"`;
  }
  return `${text}}`;
}

/** What needs no quotes; `null` in any case does. */
const PLAIN = /^(?!null$)[\w.:+-]+$/i;

/** The items of an array's text. */
export function parseArray(text: string): (string | null)[] {
  const items: (string | null)[] = [];
  let position = 1;
  while (position < text.length - 1) {
    if (text[position] === '"') {
      let item = '';
      for (position++; text[position] !== '"'; position++) {
        if (text[position] === '\\') position++;
        item += text[position];
      }
      items.push(item);
      position++;
    } else {
      const comma = text.indexOf(',', position);
      const end = comma < 0 ? text.length - 1 : comma;
      const item = text.slice(position, end);
      items.push(item === 'NULL' ? null : item);
      position = end;
    }
    position++;
  }
  return items;
}
