/**
 * Text with places where a line may end, and how they are chosen: what fits stays on one line, and what does not breaks from
 * the outside in. After Wadler, "A prettier printer" (2003), with the groups of several states that Prettier's printer has.
 */
export type Doc = string | readonly Doc[] | Indent | Group | Line | IfBroken | Fill;

interface Indent {
  readonly kind: 'indent';
  readonly content: Doc;
}

/** On one line if it fits; else broken, or by the first of `states` that fits, of which the last one is broken. */
interface Group {
  readonly kind: 'group';
  readonly content: Doc;
  readonly broken: boolean;
  readonly states: readonly Doc[] | undefined;
}

/** A space, nothing (`soft`) or always an end of a line (`hard`). */
interface Line {
  readonly kind: 'line';
  readonly soft: boolean;
  readonly hard: boolean;
}

interface IfBroken {
  readonly kind: 'ifBroken';
  readonly content: Doc;
}

/** As many on each line as fit. */
interface Fill {
  readonly kind: 'fill';
  readonly items: readonly string[];
}

export const line: Doc = { kind: 'line', soft: false, hard: false };
export const softLine: Doc = { kind: 'line', soft: true, hard: false };
export const hardLine: Doc = { kind: 'line', soft: false, hard: true };
export const trailingComma: Doc = { kind: 'ifBroken', content: ',' };

export function indent(...content: readonly Doc[]): Doc {
  return { kind: 'indent', content };
}

/** A group; one that holds an end of a line is broken from the beginning. */
export function group(content: Doc, broken = false): Doc {
  return { kind: 'group', content, broken: broken || breaks(content), states: undefined };
}

/** The first of several that fits. */
export function choice(...states: readonly Doc[]): Doc {
  return { kind: 'group', content: states[0]!, broken: false, states };
}

export function fill(items: readonly string[]): Doc {
  return { kind: 'fill', items };
}

export function joined(separator: Doc, items: readonly Doc[]): Doc {
  return items.flatMap((item, i) => (i === 0 ? [item] : [separator, item]));
}

/** Whether a line ends in it in any case. */
export function breaks(doc: Doc): boolean {
  if (typeof doc === 'string') return doc.includes('\n');
  if (isList(doc)) return doc.some(breaks);
  switch (doc.kind) {
    case 'indent':
      return breaks(doc.content);
    case 'group':
      return doc.broken || (doc.states !== undefined && breaks(doc.states[0]!));
    case 'line':
      return doc.hard;
    default:
      return false;
  }
}

function isList(doc: Doc): doc is readonly Doc[] {
  return Array.isArray(doc);
}

interface Command {
  readonly depth: number;
  readonly flat: boolean;
  readonly doc: Doc;
}

/** The text of a document. */
export function layOut(doc: Doc, width = 120): string {
  let text = '';
  let column = 0;
  // After an end of a line that nobody chose, what follows is measured anew.
  let isNew = false;
  const rest: Command[] = [{ depth: 0, flat: false, doc }];
  const write = (part: string): void => {
    text += part;
    const end = part.lastIndexOf('\n');
    column = end < 0 ? column + widthOf(part) : widthOf(part.slice(end + 1));
  };
  while (rest.length > 0) {
    const { depth, flat, doc: next } = rest.pop()!;
    const push = (inner: Doc, isFlat: boolean, by = 0): void =>
      void rest.push({ depth: depth + by, flat: isFlat, doc: inner });
    if (typeof next === 'string') write(next);
    else if (isList(next)) for (const inner of next.toReversed()) push(inner, flat);
    else
      switch (next.kind) {
        case 'indent':
          push(next.content, flat, 2);
          break;
        case 'ifBroken':
          if (!flat) push(next.content, flat);
          break;
        case 'line':
          isNew ||= flat && next.hard;
          if (flat && !next.hard) write(next.soft ? '' : ' ');
          else write(`\n${' '.repeat(depth)}`);
          break;
        case 'fill':
          for (const [i, item] of next.items.entries()) {
            if (i > 0) write(column + 1 + item.length > width ? `\n${' '.repeat(depth)}` : ' ');
            write(item);
          }
          break;
        case 'group': {
          const fitting = (state: Doc): boolean => fits({ depth, flat: true, doc: state }, rest, width - column);
          const isMeasured = !flat || isNew;
          isNew = false;
          if (!isMeasured)
            push(next.broken && next.states !== undefined ? next.states.at(-1)! : next.content, !next.broken);
          else if (!next.broken && fitting(next.content)) push(next.content, true);
          else if (next.states === undefined) push(next.content, false);
          else {
            const found = next.broken ? undefined : next.states.slice(1).find(fitting);
            push(found ?? next.states.at(-1)!, found !== undefined);
          }
        }
      }
  }
  return text;
}

/** Whether there is room for a document, and for what follows it on the same line. */
function fits(first: Command, rest: readonly Command[], room: number): boolean {
  let left = room;
  let following = rest.length;
  const commands = [first];
  while (left >= 0) {
    const command = commands.pop() ?? (following > 0 ? rest[--following]! : undefined);
    if (command === undefined) return true;
    const { depth, flat, doc } = command;
    const push = (inner: Doc, isFlat: boolean): void => void commands.push({ depth, flat: isFlat, doc: inner });
    if (typeof doc === 'string') {
      const end = doc.indexOf('\n');
      if (end >= 0) return left >= widthOf(doc.slice(0, end));
      left -= widthOf(doc);
    } else if (isList(doc)) for (const inner of doc.toReversed()) push(inner, flat);
    else if (doc.kind === 'line') {
      if (!flat || doc.hard) return true;
      left -= doc.soft ? 0 : 1;
    } else if (doc.kind === 'group') {
      const isFlat = flat && !doc.broken;
      push(doc.states !== undefined && !isFlat ? doc.states.at(-1)! : doc.content, isFlat);
    } else if (doc.kind === 'fill') push(joined(' ', doc.items), flat);
    else if (doc.kind === 'indent' || !flat) push(doc.content, flat);
  }
  return false;
}

/** How many columns a text takes: letters of East Asia and pictures take two. */
function widthOf(text: string): number {
  if (/^[ -~]*$/.test(text)) return text.length;
  let width = 0;
  for (const { segment } of new Intl.Segmenter().segment(text)) width += WIDE.test(segment) ? 2 : 1;
  return width;
}

const WIDE =
  /\p{Emoji_Presentation}|\uFE0F|[\u1100-\u115F\u2E80-\u303E\u3041-\u33FF\u3400-\u4DBF\u4E00-\u9FFF\uA000-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6\u{20000}-\u{3FFFD}]/u;
