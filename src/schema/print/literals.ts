/** What cannot be seen, ends lines or turns the direction of writing around. */
export const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu;
const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function escaped(character: string): string {
  const short = SHORT[character];
  if (short !== undefined) return short;
  const code = character.codePointAt(0)!.toString(16);
  return code.length > 4 ? `\\u{${code}}` : `\\u${code.padStart(4, '0')}`;
}

/** A text as a literal, in the quotes of which it has fewer. */
export function quotedText(value: string): string {
  const count = (quote: string): number => value.split(quote).length - 1;
  const quote = count("'") > count('"') ? '"' : "'";
  const inside = value.replaceAll('\\', '\\\\').replaceAll(quote, `\\${quote}`).replace(UNSEEN, escaped);
  return `${quote}${inside}${quote}`;
}

/** A text between backticks, with its lines as they are. */
export function templateText(value: string, lines: 'kept' | 'escaped'): string {
  return value
    .replaceAll('\\', '\\\\')
    .replaceAll('`', '\\`')
    .replaceAll('${', '\\${')
    .replace(UNSEEN, (character) => (character === '\n' && lines === 'kept' ? character : escaped(character)));
}
