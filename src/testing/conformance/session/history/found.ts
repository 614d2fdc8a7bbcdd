/** Histories that once went wrong, made as small as they can be: what chance has found is not left to chance. */
import type { Step, Unit } from './steps.ts';

const create = (kind: Extract<Step, { do: 'create' }>['kind']): Step => ({ do: 'create', kind, name: '', at: 0 });
const befriend: Step = { do: 'link', relation: 'friends', side: 'own', at: 0, to: 0 };
const load = (at: number): Step => ({ do: 'load', at });
const nest = (fails: boolean, ...steps: Step[]): Step => ({ do: 'nest', steps, fails });
const wear: Step = { do: 'badge', side: 'badge', at: 0, to: 0 };
const shelve: Step = { do: 'refer', relation: 'shelf', by: 'entity', at: 0, to: 0 };
const refer = (at: number, to: number, by: 'entity' | 'key' = 'entity'): Step => ({
  do: 'refer',
  relation: 'shelf',
  by,
  at,
  to,
});
const swap = (at: number, to: number): Step => ({ do: 'swap', at, to });
const recode = (at: number, code: number): Step => ({ do: 'recode', at, code });
/** Two shelves and an item that is on the first. */
const shelved: Unit = { steps: [create('shelf'), create('shelf'), create('item'), refer(0, 0)], end: 'commit' };
const shelvedAndRead: Unit = { ...shelved, steps: [...shelved.steps, { do: 'clear' }] };
const link = (relation: 'labels' | 'places', side: 'own' | 'other'): Step => ({
  do: 'link',
  relation,
  side,
  at: 0,
  to: 0,
});

const unit = (end: Unit['end'], ...steps: Step[]): Unit => ({ steps, end });
const commit = (...steps: Step[]): Unit => unit('commit', ...steps);

export const FOUND: Readonly<Record<string, readonly Unit[]>> = {
  'a link that waits to be written shows on the other side that is loaded now': [
    commit(create('item'), { do: 'clear' }),
    commit(befriend, load(0), link('labels', 'own')),
  ],
  'so does one of a model between the two': [
    commit(create('place'), create('item'), { do: 'clear' }),
    commit(link('places', 'other'), load(1)),
  ],
  'a rollback takes it away there, too': [commit(create('item'), { do: 'clear' }), unit('rollback', befriend, load(0))],
  'and set() takes it away again': [
    commit(create('item'), create('label'), { do: 'clear' }),
    commit(link('labels', 'other'), { do: 'set', relation: 'labels', at: 0, to: [] }),
  ],
  'a link that one side makes, the other takes back, and makes again, is written': [
    commit(create('place'), create('item')),
    commit(link('places', 'own'), { ...link('places', 'other'), do: 'unlink' } as Step, link('places', 'other')),
  ],
  'a link that is there, taken back and made again before it is known, is there once': [
    commit(create('place'), create('item'), link('places', 'own'), { do: 'clear' }),
    commit({ ...link('places', 'own'), do: 'unlink' } as Step, link('places', 'own')),
  ],
  'so is one of which each is done on another side': [
    commit(create('place'), create('item'), link('places', 'own'), { do: 'clear' }),
    commit({ ...link('places', 'own'), do: 'unlink' } as Step, link('places', 'other')),
  ],
  'a savepoint that fails leaves the other side of a new one-to-one as it was': [
    commit(create('owner'), load(0)),
    commit(create('badge'), nest(true, wear)),
  ],
  'so it does where a new entity was linked before': [
    commit(nest(false, create('owner')), create('badge'), wear, nest(true, nest(false, { do: 'delete', at: 0 }))),
  ],
  'a reference by a column that is no key leads where it led after a rollback, and its collections follow it': [
    commit(create('item'), create('shelf')),
    commit(shelve),
    commit(nest(true, { do: 'delete', at: 1 }), {
      do: 'unrefer',
      relation: 'shelf',
      by: 'null',
      at: 0,
    }),
  ],
  'one that was rolled back holds nothing any more': [
    commit(create('item'), create('shelf')),
    unit('rollback', shelve, create('owner')),
    commit({ do: 'delete', at: 1 }, create('item'), { do: 'refer', relation: 'next', by: 'entity', at: 0, to: 1 }),
  ],
  'what refers by a column that is not the key leaves a collection that was loaded for it': [
    commit(create('shelf'), create('item')),
    commit(
      { do: 'fill', relation: 'shelf', at: 0, to: [0] },
      { do: 'clear' },
      { do: 'fill', relation: 'shelf', at: 0, to: [] },
    ),
  ],
  'a collection that is set before it is loaded is what it was set to, after a flush and a rollback too': [
    commit(create('item'), create('label'), create('place'), link('labels', 'own'), link('places', 'own')),
    unit(
      'rollback',
      { do: 'set', relation: 'labels', at: 0, to: [], unloaded: true },
      { do: 'set', relation: 'places', at: 0, to: [0], unloaded: true },
    ),
    unit(
      'failed transaction',
      { do: 'set', relation: 'labels', at: 0, to: [], unloaded: true },
      { do: 'fill', relation: 'places', at: 0, to: [], unloaded: true },
      { do: 'flush' },
    ),
    commit(
      { do: 'fill', relation: 'labels', at: 0, to: [], unloaded: true },
      { do: 'set', relation: 'places', at: 0, to: [0], unloaded: true },
    ),
  ],
  'what is given its own target again goes with the code that this one has at last': [
    shelved,
    commit(swap(0, 1), refer(0, 0), recode(0, 0)),
  ],
  'what was given another, and the one that is to have the code after it, is where it was told': [
    shelved,
    commit(refer(0, 1), swap(0, 1)),
    commit(swap(0, 1), refer(0, 0), recode(1, 0), recode(0, 1)),
  ],
  'a reference that was rolled back says nothing when it has the same value again': [
    shelvedAndRead,
    unit('rollback', refer(0, 1)),
    commit(refer(0, 1, 'key'), { do: 'flush' }),
    commit(refer(0, 0)),
  ],
  'what goes to the one that takes a code stays there when the one that gave it up is deleted, or makes way': [
    commit(create('shelf'), create('shelf'), create('shelf'), create('item'), refer(0, 1)),
    commit(swap(1, 2), swap(0, 1), refer(0, 0), { do: 'delete', at: 1 }),
  ],
  'what has left the one that is deleted, by a value, is not said to lead to it': [
    commit(...shelved.steps, create('item'), refer(1, 0), { do: 'clear' }),
    unit('failed transaction', refer(1, 0)),
    commit({ do: 'vanish', at: 0 }, refer(0, 0, 'key')),
  ],
  'what leads to one that is deleted, as its row does, is written with another that is new': [
    commit(create('shelf'), create('item'), create('item'), refer(0, 0)),
    commit({ do: 'vanish', at: 0 }, create('item'), { do: 'refer', relation: 'next', by: 'entity', at: 0, to: 2 }),
  ],
};
