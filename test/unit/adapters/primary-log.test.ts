/** What is known of a primary's log: pure, but for the questions, which these tests answer. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { PrimaryLog } from '../../../src/adapters/primary-log.ts';
import type { Position } from '../../../src/adapters/replication.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'], now: 0 });
});

afterEach(() => {
  vi.useRealTimers();
});

/** A question that is answered by hand. */
function question(): { ask: () => Promise<Position>; answer: (position: Position) => void; fail: () => void } {
  let [answer, fail] = [(_: Position): void => undefined, (): void => undefined];
  const answered = new Promise<Position>((resolve, reject) => {
    [answer, fail] = [resolve, () => reject(new Error('lost'))];
  });
  return { ask: () => answered, answer: (position) => answer(position), fail: () => fail() };
}

it('A6: what was written is not known until every question is answered, and then where the last of it ends', async () => {
  const log = new PrimaryLog(undefined);
  expect(log.written).toBe(0);
  const [one, two] = [question(), question()];
  const follows = [log.follow(one.ask), log.follow(two.ask)];
  expect(log.written).toBeUndefined();
  two.answer(20n);
  await follows[1];
  expect(log.written).toBeUndefined();
  one.answer(10);
  await follows[0];
  expect(log.written).toBe(20n);
});

it('A6: a write of which nobody knows what came of it is covered by a later question, not by an earlier one', async () => {
  const log = new PrimaryLog(undefined);
  const [early, lost, later] = [question(), question(), question()];
  const before = log.follow(early.ask);
  const unknown = log.follow(lost.ask);
  lost.fail();
  await unknown;
  early.answer(5);
  await before;
  expect([log.isLost, log.written]).toEqual([true, undefined]);
  const after = log.follow(later.ask);
  later.answer(9);
  await after;
  expect([log.isLost, log.written]).toEqual([false, 9]);
});

it('A6: a replica is as recent as the last observation that it has replayed', async () => {
  const log = new PrimaryLog(100);
  const at = async (time: number, position: Position): Promise<void> => {
    vi.setSystemTime(time);
    vi.advanceTimersByTime(time - performance.now());
    await log.observe(() => Promise.resolve(position));
  };
  expect([log.isStale(0), log.isRecent(1_000, 0)]).toEqual([true, false]);
  await at(10, 1_000);
  expect([log.isStale(20), log.isRecent(999, 20), log.isRecent(1_000, 20)]).toEqual([false, false, true]);
  // Too soon after the last to be kept.
  await at(20, 2_000);
  expect(log.isRecent(1_500, 50)).toBe(true);
  await at(60, 3_000);
  // Who is at 1,500 has all that was there at 10, and nothing of 60.
  expect([log.isRecent(1_500, 110), log.isRecent(1_500, 111), log.isRecent(3_000, 111)]).toEqual([true, false, true]);
  expect(log.isRecent(3_000, 161)).toBe(false);
  expect(new PrimaryLog(undefined).isRecent(0, 1_000_000)).toBe(true);
});
