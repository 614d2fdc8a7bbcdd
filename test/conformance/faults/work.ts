/** A session with the club loaded, and what is to be written of it. */
import { inject } from 'vitest';

import { Database } from 'blazeorm';
import type { Session } from 'blazeorm';

import { pictureOf } from '../../support/pictures.ts';
import { change, entitiesOf, load, made, remembered } from './club.ts';
import type { Club } from './club.ts';
import type { FaultKind, FaultyWay } from './fault.ts';
import { models } from './models.ts';
import { openFaultyWay } from './open.ts';

export const isServer = inject('database') !== 'sqlite';
/** What can go wrong on the database of this run. */
export const KINDS: readonly FaultKind[] = isServer
  ? ['refused', 'lost', 'unanswered']
  : ['refused', 'unanswered', 'ended'];
export const SAID: Readonly<Record<FaultKind, string>> = {
  refused: 'the database answers with an error',
  lost: 'the connection is lost before the request arrives',
  unanswered: isServer
    ? 'it is done, and the connection is lost before the answer arrives'
    : 'it is done, and an error comes',
  ended: 'an error ends the transaction',
};

/** The database of this run, empty, over a way on which requests fail. */
export async function openClub(): Promise<{ readonly way: FaultyWay; readonly db: Database }> {
  const way = await openFaultyWay();
  // One connection: requests are counted on that which the flush has.
  const db = await Database.connect(way.url, { models, ...(isServer && { connection: { poolSize: 1 } }) });
  await db.createAll();
  return { way, db };
}

export interface Work {
  readonly session: Session;
  readonly old: Club;
  readonly fresh: Club;
}

export async function begin(db: Database): Promise<Work> {
  const session = db.session();
  return { session, old: await load(session), fresh: made() };
}

/** The changes; nothing is written yet. */
export const apply = ({ session, old, fresh }: Work): void => change(session, old, fresh);
/** Everything in memory, states and keys and collections. */
export const picture = ({ session, old, fresh }: Work): unknown[] => pictureOf(session, entitiesOf(old, fresh));
/** What of it is stored, as memory has it. */
export const content = ({ session, old, fresh }: Work): unknown => remembered(session, old, fresh);
