/** Histories of writes of sets that once went wrong, as small as they can be. */
import type { Step, Unit } from './steps.ts';

const create = (kind: Extract<Step, { do: 'create' }>['kind']): Step => ({ do: 'create', kind, name: '', at: 0 });
const wear: Step = { do: 'badge', side: 'badge', at: 0, to: 0 };
const shelve = (to: number): Step => ({ do: 'refer', relation: 'shelf', by: 'entity', at: 0, to });
const setDelete = (at: number, beside: number | null = null): Step => ({ do: 'setDelete', at, beside });
const commit = (...steps: Step[]): Unit => ({ steps, end: 'commit' });
const rollback = (...steps: Step[]): Unit => ({ steps, end: 'rollback' });

export const FOUND_OF_SETS: Readonly<Record<string, readonly Unit[]>> = {
  'a new entity shows no other side of a one-to-one that a set has deleted': [
    commit(create('badge')),
    commit(create('owner'), wear, setDelete(0)),
  ],
  'what a set deletes gives back nobody to an owner that is to be deleted': [
    commit(create('item'), create('shelf'), create('shelf'), shelve(0)),
    commit(shelve(1), { do: 'delete', at: 1 }, setDelete(2)),
  ],
  'a rollback shows what a set has moved while something waited in its place': [
    commit(create('owner'), create('owner'), create('item'), {
      do: 'refer',
      relation: 'owner',
      by: 'entity',
      at: 0,
      to: 0,
    }),
    rollback({ do: 'load', at: 0 }, { do: 'setUpdate', relation: 'owner', at: [0], to: null, beside: 1 }),
  ],
  'what leads to a row that a set deletes leads where its row does': [
    commit(create('owner'), create('label'), create('item')),
    commit(setDelete(0, 0), setDelete(0, 0)),
  ],
  'what waits for a shelf whose code is to change stays with it when a set puts its row there': [
    commit(create('owner'), create('shelf'), create('item')),
    commit({ do: 'recode', at: 0, code: 0 }, { do: 'setUpdate', relation: 'shelf', at: [0], to: 0, beside: 0 }),
  ],
  'a reference that is given again what its row leads to is no change, whatever code that is to have': [
    commit(create('shelf'), create('item'), shelve(0)),
    commit({ do: 'recode', at: 0, code: 0 }, { do: 'setUpdate', relation: 'shelf', at: [0], to: null, beside: 0 }),
    commit({ do: 'delete', at: 0 }),
  ],
};
