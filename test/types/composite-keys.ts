/** Relations to models with composite keys: what names its fields, and what constructors, filters and paths make of that. */
import { f, model, type Init, type Ref, type Session } from './orm.ts';
import { same } from './expect.ts';

class Bill extends model(
  'bill',
  { shop: f.int(), number: f.int(), title: f.string(), entries: f.reverse(() => Entry, 'bill') },
  { primaryKey: ['shop', 'number'] },
) {}

class Entry extends model('entry', {
  id: f.auto(),
  shop: f.int(),
  number: f.int(),
  note: f.string(),
  bill: f.foreignKey(() => Bill, { fields: ['shop', 'number'], onDelete: 'cascade' }),
}) {}

class Receipt extends model('receipt', {
  id: f.auto(),
  shop: f.int(),
  number: f.int({ nullable: true }),
  bill: f.oneToOne(() => Bill, { fields: ['shop', 'number'], nullable: true }),
}) {}

declare const session: Session;
declare const bill: Bill;
declare const entry: Entry;
declare const receipt: Receipt;

declare const init: keyof Init<Entry>;
same<Ref<Bill>>()(entry.bill);
same<Ref<Bill> | null>()(receipt.bill);
same<'id' | 'shop' | 'number' | 'note' | 'bill'>()(init);

// A constructor takes either the relation or its fields.
new Entry({ note: '', bill });
new Entry({ note: '', bill: [1, 2] });
new Entry({ note: '', shop: 1, number: 2 });
new Receipt({ bill: null, shop: 1 });
// @ts-expect-error what no relation names stays required
new Entry({ bill });
// @ts-expect-error a key has as many parts as the target's
new Entry({ note: '', bill: [1] });
// @ts-expect-error not nullable
new Entry({ note: '', bill: null });
// @ts-expect-error there is no attribute for the key
void entry.billId;
// @ts-expect-error the option takes names
f.foreignKey(() => Bill, { fields: [1, 2] });

entry.bill = bill;
receipt.bill = null;
// @ts-expect-error not nullable
entry.bill = null;

export async function use(): Promise<void> {
  const [one] = await session
    .query(Entry)
    .filter({ bill: { title: 'a' } })
    .selectRelated('bill');
  same<string>()(one!.bill.title);
  await session.query(Entry).filter({ bill });
  await session.query(Entry).filter({ bill: [1, 2] });
  await session.query(Entry).filter((e) => e.bill.title.eq('a'));
  await session.query(Receipt).filter({ bill: null }).update({ bill });
  const [first] = await session.query(Bill).prefetchRelated('entries');
  first!.entries.create({ note: '' });
  // @ts-expect-error a text is no key
  await session.query(Entry).filter({ bill: 'x' });
}
