/** Entities whose rows are known to be deleted, in whatever session: until a rollback brings a row back. */
export const gone = new WeakSet<object>();
