/** Who is to hear of a warning: the process, and a logger where there is one. */
export type Warn = (code: string, message: string) => void;

/** A warning of the library: an event of the process, with a stable code. */
export const emitWarning: Warn = (code, message) => process.emitWarning(message, { type: 'BlazeWarning', code });
