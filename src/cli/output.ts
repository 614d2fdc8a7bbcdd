import pc from 'picocolors';

/** Where a command says what it did: text for people, one JSON document for programs. */
export interface Output {
  readonly isJson: boolean;
  /** Whether there is somebody to ask. */
  readonly isTerminal: boolean;
  /** A line for people, on standard output; nothing in JSON. */
  line(text?: string): void;
  /** A remark beside the result, on the error channel. */
  note(text: string): void;
  /** The result for programs; nothing otherwise. */
  json(value: unknown): void;
}

/** How a command ended. Documented in docs/cli.md. */
export const EXIT = Object.freeze({
  ok: 0,
  failed: 1,
  usage: 2,
  /** `check`, `makemigrations --check`, `status --check`: something is pending. */
  pending: 3,
  /** Nothing was done: it has to be confirmed, or acknowledged, first. */
  refused: 4,
});

export function createOutput(
  isJson: boolean,
  streams: { readonly out: NodeJS.WriteStream; readonly err: NodeJS.WriteStream },
): Output {
  const { out, err } = streams;
  return {
    isJson,
    isTerminal: !isJson && out.isTTY === true && process.stdin.isTTY === true,
    line: (text = '') => {
      if (!isJson) out.write(`${text}\n`);
    },
    note: (text) => {
      err.write(`${pc.dim(text)}\n`);
    },
    json: (value) => {
      if (isJson)
        out.write(
          `${JSON.stringify(value, (_, item: unknown) => (typeof item === 'bigint' ? String(item) : item), 2)}\n`,
        );
    },
  };
}
