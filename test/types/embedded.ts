/** Values of several parts, and custom types, as the compiler sees them. */
import { exact, f, jsonPath, model } from 'blazeorm';
import type { Session } from 'blazeorm';

class Money {
  readonly cents: number = 0;
}
const money = { type: 'integer', codec: { encode: (value: Money) => value.cents, decode: () => new Money() } };

class Venue extends model('venue', {
  code: f.custom<Money>(money, { primaryKey: true }),
  address: f.embedded({ street: f.string(), floor: f.int({ nullable: true }) }),
  contact: f.embedded({ mail: f.string() }, { nullable: true }),
  size: f.embedded(
    { seats: f.int(), stage: f.embedded({ width: f.int() }, { as: 'json' }) },
    { as: 'json', nullable: true },
  ),
}) {}

export function construct(): number {
  const venue = new Venue({ code: new Money(), address: { street: 'x' }, size: { seats: 1, stage: { width: 2 } } });
  // @ts-expect-error a size has seats
  venue.size = { stage: { width: 2 } };
  // @ts-expect-error a venue has an address
  new Venue({ code: new Money() });
  return venue.size?.stage.width ?? 0;
}

export async function query(session: Session): Promise<void> {
  const found: Venue | null = await session.get(Venue, new Money());
  // @ts-expect-error the key is money
  await session.get(Venue, 1);
  const venues = session.query(Venue);
  await venues.filter({ address: { floor: 1 }, contact: null, size: jsonPath(['seats'], 1) });
  await venues.filter({ address: exact({ street: 'x', floor: null }) });
  // @ts-expect-error no such part
  await venues.filter({ address: { town: 'x' } });
  // @ts-expect-error a size in a filter would be ambiguous
  await venues.filter({ size: { seats: 1 } });
  await venues.update({ address: { street: 'y' }, contact: null, size: { seats: 1, stage: { width: 2 } } });
  // @ts-expect-error an address is never null
  await venues.update({ address: null });
  // @ts-expect-error no such part
  await venues.update({ address: { town: 'x' } });
  // @ts-expect-error JSON is written as a whole
  await venues.update({ size: { seats: 1 } });
  await venues.bulkUpdate([found!], ['address', 'size']);
}
