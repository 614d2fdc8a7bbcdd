/** What a replica that changes under way is: the server's answers are given here, since a standby is promoted once. */
import { expect, it } from 'vitest';

import { ConfigError, ConnectionConfig } from 'blazeorm';

import { Replica } from '../../../src/adapters/replica.ts';
import type { ReplicaSource } from '../../../src/adapters/replica.ts';
import type { Position, ReplicationConnection, Replication } from '../../../src/adapters/replication.ts';

const connection = { broken: false } as ReplicationConnection;

/** Lends one connection on which nothing is run. */
const source = {
  prepared: 0,
  isOpening: false,
  connect: () => undefined,
  acquire: () => connection,
  release: () => undefined,
  close: () => undefined,
} as unknown as ReplicaSource;

it('A6: a standby that was promoted is no replica any more', async () => {
  let position: Position | undefined = 7;
  const replication: Replication = {
    identity: () => Promise.resolve({ standby: true, data: 'the data' }),
    written: () => Promise.resolve(0),
    replayed: () => Promise.resolve(position),
  };
  const replica = new Replica(source, ConnectionConfig.fromDsn('postgres://a:b@standby/shop'), replication, undefined);
  await replica.start('the data');
  expect([replica.isUp(performance.now()), replica.position, replica.error]).toEqual([true, 7, undefined]);
  position = undefined;
  await replica.look();
  expect(replica.isUp(performance.now())).toBe(false);
  expect(replica.error).toBeInstanceOf(ConfigError);
  expect(replica.error!.message).toBe(
    "postgres://***@standby/shop is no replica of this database: it follows no primary. Give the DSN of a standby, and the same database's, or leave it out of 'replicas'.",
  );
  // Back as a standby, as after a failover that was taken back.
  position = 9;
  await replica.look();
  expect([replica.isUp(performance.now()), replica.position, replica.error]).toEqual([true, 9, undefined]);
});
