/** A fenced block of TypeScript in a Markdown text. */
export interface CodeBlock {
  /** The line of its first line of code, from 1. */
  readonly line: number;
  readonly code: string;
  /** Goes on where the block before it ends: what that declares and imports is there. */
  readonly continued: boolean;
}

// A block may be indented (in a list), and a longer fence may hold a shorter one.
const fence = /^(?<indent>[ \t]*)(?<ticks>`{3,})(?<info>[^`]*)$/;

/** The TypeScript blocks of a Markdown text, without those that are marked `ignore`. */
export function codeBlocks(markdown: string): CodeBlock[] {
  const blocks: CodeBlock[] = [];
  const lines = markdown.split(/\r?\n/);
  for (let at = 0; at < lines.length; at += 1) {
    const open = fence.exec(lines[at] ?? '')?.groups;
    if (open === undefined) continue;
    const { indent = '', ticks = '', info = '' } = open;
    const start = at + 1;
    const code: string[] = [];
    for (at = start; at < lines.length; at += 1) {
      const line = lines[at] ?? '';
      if (line.trim().startsWith(ticks) && line.trim().replace(/`/g, '') === '') break;
      code.push(line.startsWith(indent) ? line.slice(indent.length) : line);
    }
    const [language = '', ...marks] = info.trim().split(/\s+/);
    if ((language === 'ts' || language === 'typescript') && !marks.includes('ignore')) {
      blocks.push({ line: start + 1, code: code.join('\n'), continued: marks.includes('continued') });
    }
  }
  return blocks;
}
