import { breaks, choice, fill, group, hardLine, indent, joined, line, softLine, trailingComma } from './layout.ts';
import type { Doc } from './layout.ts';
import { quotedText, templateText } from './literals.ts';

/** The little of TypeScript that migrations are written in. */
export type Code = TextCode | TemplateCode | ArrayCode | ObjectCode | CallCode | MemberCode | ArrowCode;

/** A name, a number, a string: nothing in which a line could end. */
interface TextCode {
  readonly kind: 'text';
  readonly text: string;
}

/** A template with its tag, whose embedded code stays on its lines. */
interface TemplateCode {
  readonly kind: 'template';
  readonly text: string;
}

interface ArrayCode {
  readonly kind: 'array';
  readonly items: readonly Code[];
}

interface ObjectCode {
  readonly kind: 'object';
  readonly members: readonly (readonly [key: string, value: Code])[];
}

interface CallCode {
  readonly kind: 'call';
  readonly callee: Code;
  readonly args: readonly Code[];
}

/** `of.name`, or `of['a name']`. */
interface MemberCode {
  readonly kind: 'member';
  readonly of: Code;
  readonly name: string;
}

/** `(t) => body`, or `() => body`. */
interface ArrowCode {
  readonly kind: 'arrow';
  readonly parameter: string;
  readonly body: Code;
}

export function text(value: string): Code {
  return { kind: 'text', text: value };
}

export function array(items: readonly Code[]): Code {
  return { kind: 'array', items };
}

/** An object of the members that there are. */
export function object(members: Readonly<Record<string, Code | undefined>>): Code {
  return {
    kind: 'object',
    members: Object.entries(members).filter((member): member is [string, Code] => member[1] !== undefined),
  };
}

export function call(callee: Code | string, ...args: readonly (Code | undefined)[]): Code {
  const given = args.filter((arg) => arg !== undefined);
  return { kind: 'call', callee: typeof callee === 'string' ? text(callee) : callee, args: given };
}

export function member(of: Code | string, name: string): Code {
  return { kind: 'member', of: typeof of === 'string' ? text(of) : of, name };
}

export function arrow(parameter: string, body: Code): Code {
  return { kind: 'arrow', parameter, body };
}

/** A text as a literal. */
export function string(value: string): Code {
  return text(quotedText(value));
}

/** SQL: a template where it has several lines. */
export function sqlText(value: string): Code {
  return value.includes('\n') ? { kind: 'template', text: `\`${templateText(value, 'kept')}\`` } : string(value);
}

const NAME = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;

function key(name: string): Doc {
  // Without brackets it would be the object's prototype.
  if (name === '__proto__') return "['__proto__']";
  return NAME.test(name) ? name : textOf(string(name));
}

/** Its text where it has no place for the end of a line. */
export function textOf(code: Code): string {
  return code.kind === 'text' || code.kind === 'template' ? code.text : flat(docOf(code));
}

/** All of it on one line. */
function flat(doc: Doc): string {
  if (typeof doc === 'string') return doc;
  if (!('kind' in doc)) return doc.map(flat).join('');
  switch (doc.kind) {
    case 'line':
      return doc.soft ? '' : ' ';
    case 'fill':
      return doc.items.join(' ');
    case 'ifBroken':
      return '';
    default:
      return flat(doc.content);
  }
}

/** Code with the places where its lines may end, as Prettier and oxfmt would choose them. */
export function docOf(code: Code): Doc {
  switch (code.kind) {
    case 'text':
    case 'template':
      return code.text;
    case 'array':
      return arrayDoc(code);
    case 'object':
      return objectDoc(code);
    case 'call':
      return code.callee.kind === 'member' ? chainDoc(code) : [docOf(code.callee), argumentsDoc(code.args)];
    case 'member':
      return [docOf(code.of), access(code.name)];
    default:
      return arrowDoc(code, false);
  }
}

function access(name: string): Doc {
  return NAME.test(name) ? `.${name}` : `[${textOf(string(name))}]`;
}

function arrayDoc({ items }: ArrayCode): Doc {
  if (items.length === 0) return '[]';
  const isNumbers = items.length > 1 && items.every(isNumber);
  const content = isNumbers
    ? fill(items.map((item, i) => `${textOf(item)}${i < items.length - 1 ? ',' : ''}`))
    : joined([',', line], items.map(docOf));
  return group(['[', indent(softLine, content), trailingComma, softLine, ']'], isTable(items));
}

function isNumber(code: Code): boolean {
  return code.kind === 'text' && /^-?[\d.]/.test(code.text) && !code.text.endsWith('n');
}

/** Rows of more than one: each stands on a line of its own. */
function isTable(items: readonly Code[]): boolean {
  const size = (item: Code): number =>
    item.kind === 'array' ? item.items.length : item.kind === 'object' ? item.members.length : 0;
  return items.length > 1 && items.every((item) => item.kind === items[0]!.kind && size(item) > 1);
}

function objectDoc({ members }: ObjectCode): Doc {
  if (members.length === 0) return '{}';
  const content = members.map(([name, value]) => [key(name), ': ', docOf(value)]);
  return group(['{', indent(line, joined([',', line], content)), trailingComma, line, '}']);
}

function arrowDoc({ parameter, body }: ArrowCode, isLast: boolean): Doc {
  const head = `(${parameter}) =>`;
  if (body.kind === 'array' || body.kind === 'object' || body.kind === 'template') return [head, ' ', docOf(body)];
  return group([head, group([indent(line, docOf(body)), isLast ? [trailingComma, softLine] : ''])]);
}

/** Arguments: all on one line, or with the last one broken where it stands, or each on its line. */
function argumentsDoc(args: readonly Code[]): Doc {
  if (args.length === 0) return '()';
  const docs = args.map(docOf);
  const apart: Doc = group(['(', indent(line, joined([',', line], docs)), ',', line, ')'], true);
  if (isComposed(args)) return apart;
  if (!isHugged(args)) return group(['(', indent(softLine, joined([',', line], docs)), trailingComma, softLine, ')']);
  const last = args.at(-1)!;
  const head = docs.slice(0, -1);
  if (head.some(breaks)) return apart;
  const hugged = last.kind === 'arrow' ? arrowDoc(last, true) : docs.at(-1)!;
  const heads = head.map((doc): Doc => [doc, ', ']);
  const broken: Doc = ['(', ...heads, group(hugged, true), ')'];
  if (breaks(hugged)) return [choice(broken, apart)];
  return choice(['(', ...heads, hugged, ')'], broken, apart);
}

/** Functions among other arguments, also those of a call among them: each stands on a line of its own. */
function isComposed(args: readonly Code[]): boolean {
  const functions = args.filter(({ kind }) => kind === 'arrow').length;
  const isGiven = args.some((arg) => arg.kind === 'call' && arg.args.some(({ kind }) => kind === 'arrow'));
  return args.length > 1 && (functions > 1 || isGiven);
}

/** Whether the last argument may begin on the line of the call and break there. */
function isHugged(args: readonly Code[]): boolean {
  const last = args.at(-1)!;
  const before = args.at(-2);
  if (before?.kind === last.kind) return false;
  switch (last.kind) {
    case 'object':
      return last.members.length > 0;
    case 'array':
      return last.items.length > 0 && !(args.length > 1 && last.items.length > 1 && last.items.every(isNumber));
    case 'arrow':
      return last.body.kind === 'call' || last.body.kind === 'array' || last.body.kind === 'object';
    default:
      return false;
  }
}

interface Link {
  readonly doc: Doc;
  readonly call: CallCode | undefined;
  readonly name: string | undefined;
}

/** `f.string()`, or a chain of calls, which is broken before each dot if it does not fit. */
function chainDoc(code: CallCode): Doc {
  const links = linksOf(code);
  const groups = groupsOf(links);
  const docs = groups.map((links_): Doc => links_.map(({ doc }) => doc));
  if (groups.length <= (isMerged(groups) ? 3 : 2)) return group(docs);
  const start = isMerged(groups) ? 2 : 1;
  const expanded: Doc = [...docs.slice(0, start), indent(hardLine, joined(hardLine, docs.slice(start)))];
  const calls = links.flatMap(({ call: found }) => (found === undefined ? [] : [found]));
  const isInvolved = calls.length > 2 && calls.some(({ args }) => !args.every((arg) => isSimple(arg, 0)));
  return isInvolved || docs.slice(0, -1).some(breaks) ? group(expanded) : choice(docs, expanded);
}

function linksOf(code: Code): Link[] {
  if (code.kind === 'call' && (code.callee.kind === 'member' || code.callee.kind === 'call'))
    return [...linksOf(code.callee), { doc: argumentsDoc(code.args), call: code, name: undefined }];
  if (code.kind === 'member')
    return [...linksOf(code.of), { doc: access(code.name), call: undefined, name: code.name }];
  return [{ doc: docOf(code), call: code.kind === 'call' ? code : undefined, name: undefined }];
}

/** What stands first, with all names but the last; then names up to their calls. */
function groupsOf(links: readonly Link[]): Link[][] {
  let i = 1;
  while (links[i]?.call !== undefined) i++;
  if (links[0]!.call === undefined) while (links[i]?.name !== undefined && links[i + 1]?.name !== undefined) i++;
  const groups = [links.slice(0, i)];
  let current: Link[] = [];
  for (const link of links.slice(i)) {
    if (link.name !== undefined && current.some(({ call: found }) => found !== undefined)) {
      groups.push(current);
      current = [];
    }
    current.push(link);
  }
  if (current.length > 0) groups.push(current);
  return groups;
}

/** Whether the first call stays beside what it is called on: names like `Uint8Array` and `$`. */
function isMerged([first, second]: readonly (readonly Link[])[]): boolean {
  const last = first!.at(-1)!;
  const name = first!.length === 1 ? (typeof last.doc === 'string' ? last.doc : '') : (last.name ?? '');
  const isComputed = second?.[0]?.name !== undefined && !NAME.test(second[0].name);
  return second !== undefined && (isComputed || (NAME.test(name) && /^[A-Z]|^[$_]+$/.test(name)));
}

/** Arguments that do not make a chain hard to read. */
function isSimple(code: Code, depth: number): boolean {
  if (depth >= 2) return false;
  switch (code.kind) {
    case 'text':
      return true;
    case 'template':
      return code.text.startsWith('`') && !code.text.includes('\n');
    case 'array':
      return code.items.every((item) => isSimple(item, depth + 1));
    case 'object':
      return code.members.every(([name, value]) => name !== '__proto__' && isSimple(value, depth + 1));
    case 'member':
      return isSimple(code.of, depth);
    case 'call':
      return isSimple(code.callee, depth) && code.args.every((arg) => isSimple(arg, depth + 1));
    default:
      return false;
  }
}
