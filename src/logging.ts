/** Logs for people. Loggers for programs need nothing of this: any that has the shape of pino is given to `Database.connect`. */
export { terminalLogger } from './observe/terminal-logger.ts';
export type { LineTarget, TerminalLoggerOptions } from './observe/terminal-logger.ts';
export type { Logger, LogLevel } from './utils/logging.ts';
