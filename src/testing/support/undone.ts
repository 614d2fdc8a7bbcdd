import type { Database, Session } from '../../index.ts';

class Undone extends Error {}

/** Runs a transaction whose writes are not to stay. */
export async function undone(db: Database, run: (session: Session) => Promise<void>): Promise<void> {
  try {
    await db.transaction(async (session) => {
      await run(session);
      throw new Undone();
    });
  } catch (error) {
    if (!(error instanceof Undone)) throw error;
  }
}
