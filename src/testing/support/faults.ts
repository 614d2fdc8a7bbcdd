import { openAdapter } from '../../adapters/open.ts';
import { ConnectionConfig, Database } from '../../index.ts';
import { faulty } from '../faults.ts';
import type { Faults } from '../faults.ts';
import { target } from '../target.ts';
import { freshUrl } from './database.ts';
import { models } from './models.ts';

/** A database of this run whose statements fail when they are told to. */
export async function openFaulty(): Promise<{ db: Database; faults: Faults }> {
  const url = await freshUrl();
  const { createAdapter = () => openAdapter(ConnectionConfig.fromDsn(url)) } = target();
  const { adapter, faults } = faulty(await createAdapter());
  const db = await Database.connect(url, { adapter, models });
  await db.createAll();
  return { db, faults };
}
