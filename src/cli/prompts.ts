import { confirm, isCancel, text } from '@clack/prompts';
import type { ColumnRename } from '../schema/makemigrations.ts';

/** Ask for a phrase to be typed; gives what was typed, which is compared like any other confirmation. */
export async function confirmAtTerminal(phrase: string): Promise<string> {
  const typed = await text({ message: `This cannot be brought back. Type '${phrase}' if it is meant.` });
  return isCancel(typed) ? '' : (typed ?? '');
}

/** Ask of each column that may have been renamed; of one that was, no other is asked. */
export async function askRenames(possible: readonly ColumnRename[]): Promise<ColumnRename[]> {
  const meant: ColumnRename[] = [];
  for (const rename of possible) {
    const { table, from, to } = rename;
    if (meant.some((other) => other.table === table && (other.from === from || other.to === to))) continue;
    const answer = await confirm({ message: `Was ${table}.${from} renamed to ${to}?`, initialValue: false });
    if (!isCancel(answer) && answer) meant.push(rename);
  }
  return meant;
}
