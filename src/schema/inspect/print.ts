import { templateText, UNSEEN } from '../print/literals.ts';

/**
 * A few kinds of TypeScript, printed as oxfmt prints them: on one line where that fits, else broken at the same places. What comes
 * from a database is always a text in quotes or a template, never code.
 */
export type Code =
  | string
  | { readonly kind: 'call'; readonly callee: string; readonly args: readonly Code[] }
  | { readonly kind: 'object'; readonly entries: readonly Entry[]; readonly open?: boolean }
  | { readonly kind: 'array'; readonly items: readonly Code[] }
  | { readonly kind: 'arrow'; readonly body: Code }
  /** SQL in a template, or the name of a class: what has to be imported for it. */
  | { readonly kind: 'named'; readonly text: string; readonly name: string };

export type Entry = readonly [name: string, value: Code];

export const call = (callee: string, ...args: readonly Code[]): Code => ({ kind: 'call', callee, args });
export const array = (items: readonly Code[]): Code => ({ kind: 'array', items });
export const arrow = (body: Code): Code => ({ kind: 'arrow', body });
export const named = (text: string, name = text): Code => ({ kind: 'named', text, name });
/** `open`: a line for each entry, even where one would do. */
export const object = (entries: readonly Entry[], open = false): Code => ({ kind: 'object', entries, open });

/** Characters of a line. */
export const WIDTH = 120;

/** The text of some code that begins behind so many characters, on a line that is indented by `indent`. */
export function print(code: Code, indent = '', used = indent.length, after = 1): string {
  const text = flat(code);
  if (text !== undefined && used + widthOf(text) + after <= WIDTH) return text;
  return typeof code === 'string' ? code : broken(code, indent, used, after);
}

/** How wide a text is: signs of East Asian scripts and pictures are as wide as two letters. */
function widthOf(text: string): number {
  return text.replaceAll(WIDE, '__').replaceAll(/\p{M}/gu, '').length;
}

const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/gu;

/** The names that some code uses: functions that it calls, classes, tags of templates. */
export function namesIn(code: Code): string[] {
  if (typeof code === 'string') return [];
  switch (code.kind) {
    case 'named':
      return [code.name];
    case 'arrow':
      return namesIn(code.body);
    case 'call':
      return [code.callee.split('.')[0]!, ...code.args.flatMap(namesIn)];
    case 'array':
      return code.items.flatMap(namesIn);
    default:
      return code.entries.flatMap(([, value]) => namesIn(value));
  }
}

/** On one line; undefined if that cannot be. */
function flat(code: Code): string | undefined {
  if (typeof code === 'string') return code.includes('\n') ? undefined : code;
  if (code.kind === 'named') return flat(code.text);
  if (code.kind === 'arrow') return `() => ${flat(code.body) ?? ''}`;
  if (code.kind === 'object' && code.open === true && code.entries.length > 0) return undefined;
  const parts =
    code.kind === 'object'
      ? code.entries.map(([name, value]) => {
          const text = flat(value);
          return text === undefined ? undefined : `${name}: ${text}`;
        })
      : (code.kind === 'call' ? code.args : code.items).map(flat);
  if (parts.includes(undefined)) return undefined;
  const list = parts.join(', ');
  if (code.kind === 'call') return `${code.callee}(${list})`;
  return code.kind === 'array' ? `[${list}]` : list === '' ? '{}' : `{ ${list} }`;
}

function broken(code: Exclude<Code, string>, indent: string, used: number, after: number): string {
  const inner = `${indent}  `;
  const lines = (items: readonly Code[]): string => items.map((item) => `${inner}${print(item, inner)},\n`).join('');
  switch (code.kind) {
    case 'named':
      return code.text;
    case 'arrow':
      return `() =>\n${inner}${print(code.body, inner)}`;
    case 'array':
      return `[\n${lines(code.items)}${indent}]`;
    case 'object':
      return `{\n${code.entries.map(([name, value]) => `${inner}${name}: ${print(value, inner, inner.length + widthOf(name) + 2)},\n`).join('')}${indent}}`;
    default: {
      const hugged = hug(code, indent, used, after);
      return hugged ?? `${code.callee}(\n${lines(code.args)}${indent})`;
    }
  }
}

/** With what comes before an object on the line where it begins. */
function hug(
  { callee, args }: Extract<Code, { kind: 'call' }>,
  indent: string,
  used: number,
  after: number,
): string | undefined {
  const last = args.at(-1);
  if (typeof last !== 'object' || (last.kind !== 'object' && !(last.kind === 'array' && args.length === 1)))
    return undefined;
  const before = args.slice(0, -1).map((arg) => (isOpen(arg) ? undefined : flat(arg)));
  if (before.includes(undefined)) return undefined;
  const head = `${callee}(${before.map((text) => `${text!}, `).join('')}`;
  if (used + widthOf(head) + 1 > WIDTH) return undefined;
  return `${head}${broken(last, indent, used + head.length, after)})`;
}

function isOpen(code: Code): boolean {
  return typeof code === 'object' && code.kind === 'object' && code.open === true;
}

/** SQL as a template, which holds no values; over several lines where it may be. */
export function template(sql: string, tag: string, { lines = false, after = '' } = {}): Code {
  const text = templateText(sql, lines ? 'kept' : 'escaped');
  return named(`${tag}\`${text}\`${after}`, 'sql');
}

/** A line of a comment: whatever it says, it ends there. */
export function comment(text: string): string {
  return `// ${text.replaceAll(UNSEEN, ' ')}`;
}
