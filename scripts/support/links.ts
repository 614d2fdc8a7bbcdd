/** A link in a Markdown text. */
export interface Link {
  /** The line it stands on, from 1. */
  readonly line: number;
  readonly target: string;
}

/** The lines of a Markdown text, those of fenced blocks empty. */
function proseLines(markdown: string): string[] {
  let fence: string | undefined;
  return markdown.split(/\r?\n/).map((line) => {
    const ticks = /^\s*(`{3,})/.exec(line)?.[1];
    const outside = fence === undefined;
    if (ticks !== undefined && outside) fence = ticks;
    else if (fence !== undefined && ticks?.startsWith(fence)) fence = undefined;
    return outside && ticks === undefined ? line : '';
  });
}

/** The links of a Markdown text that lead to files or headings of the project, not to addresses. */
export function localLinks(markdown: string): Link[] {
  return proseLines(markdown).flatMap((text, at) =>
    [...text.replaceAll(/`[^`]*`/g, '``').matchAll(/\]\((?<target>[^()\s]+)\)/g)]
      .map((match) => match.groups?.['target'] ?? '')
      .filter((target) => !/^[a-z]+:/.test(target))
      .map((target) => ({ line: at + 1, target })),
  );
}

/** The anchors of a text's headings, as GitHub makes them: the second of one name ends in `-1`. */
export function anchors(markdown: string): Set<string> {
  const seen = new Map<string, number>();
  const found = new Set<string>();
  for (const line of proseLines(markdown)) {
    const heading = /^#{1,6}\s+(?<text>.*?)\s*$/.exec(line)?.groups?.['text'];
    if (heading === undefined) continue;
    const slug = heading
      .replaceAll(/\[(?<text>[^\]]*)\]\([^)]*\)/g, '$<text>')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(/\s/g, '-');
    const before = seen.get(slug) ?? 0;
    seen.set(slug, before + 1);
    found.add(before === 0 ? slug : `${slug}-${before}`);
  }
  return found;
}
