import { isCancel, text } from '@clack/prompts';

/** Ask for a phrase to be typed; gives what was typed, which is compared like any other confirmation. */
export async function confirmAtTerminal(phrase: string): Promise<string> {
  const typed = await text({ message: `This cannot be brought back. Type '${phrase}' if it is meant.` });
  return isCancel(typed) ? '' : (typed ?? '');
}
