import { afterEach, expect, it } from 'vitest';

import { Database, f, index, model } from '../../../index.ts';

import { freshUrl, supports } from '../../support/database.ts';

class Seat extends model(
  'seat',
  { id: f.auto(), row: f.int(), taken: f.bool() },
  { indexes: [index('row', { unique: true, where: { taken: true }, name: 'seat_taken' })] },
) {}

class Room extends model('room', { id: f.auto(), name: f.string() }) {}
class Desk extends model('desk', {
  id: f.auto(),
  room: f.foreignKey(() => Room, { nullable: true, onDelete: 'set default' }),
}) {}

class Sum extends model('sum', { id: f.auto(), value: f.decimal({ precision: 70, scale: 20 }) }) {}

const opened: Database[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((db) => db.close()));
});

async function made(...models: (typeof Seat | typeof Room | typeof Desk | typeof Sum)[]): Promise<Database> {
  const db = await Database.connect(await freshUrl(), { models });
  opened.push(db);
  await db.createAll();
  return db;
}

it('G1: a unique index over some rows only', async () => {
  const supported = await supports('unique indexes over some rows only', () => made(Seat), {
    mysql: { constraint: 'seat_taken', feature: 'unique indexes over some rows only' },
  });
  if (!supported) return;
  const db = await made(Seat);
  const seats = [false, false, true].map((taken) => new Seat({ row: 1, taken }));
  await db.transaction((session) => session.addAll(seats));
  const another = () => db.transaction((session) => session.add(new Seat({ row: 1, taken: true })));
  await expect(another()).rejects.toMatchObject({ code: 'E_UNIQUE_VIOLATION', model: 'Seat', field: 'row' });
});

it('R7: a foreign key that takes its default when the row that it names is deleted', async () => {
  const supported = await supports('SET DEFAULT of foreign keys', () => made(Room, Desk), {
    mysql: { model: 'Desk', field: 'room', feature: 'SET DEFAULT of foreign keys' },
  });
  if (!supported) return;
  const db = await made(Room, Desk);
  const [, second] = await db.transaction(async (session) => {
    const rooms = [new Room({ name: 'first' }), new Room({ name: 'second' })] as const;
    session.addAll(rooms);
    session.add(new Desk({ room: rooms[1] }));
    return rooms;
  });
  await db.session().query(Room).filter({ id: second.id }).delete();
  expect(await db.session().query(Desk).values('id', 'roomId')).toEqual([{ id: 1, roomId: null }]);
});

it('M3: a decimal of seventy digits', async () => {
  const supported = await supports('decimals of more than 65 digits', () => made(Sum), {
    mysql: { feature: 'decimals of more than 65 digits' },
  });
  if (!supported) return;
  const db = await made(Sum);
  const value = `${'9'.repeat(50)}.${'1'.repeat(20)}`;
  await db.transaction((session) => session.add(new Sum({ value })));
  expect(await db.session().query(Sum).values('value')).toEqual([{ value }]);
});
