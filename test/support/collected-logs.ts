import type { Logger } from 'blazeorm';

export type LogEntry = readonly [level: string, message: string, record: Readonly<Record<string, unknown>>];

/** A logger that keeps what it is given. */
export function collectingLogger(): { readonly logger: Logger; readonly entries: LogEntry[] } {
  const entries: LogEntry[] = [];
  const at =
    (level: string): Logger['debug'] =>
    (record, message) =>
      entries.push([level, message, record]);
  return { entries, logger: { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') } };
}
