import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  between,
  Database,
  day,
  dayOfYear,
  f,
  gt,
  gte,
  hour,
  InvalidQueryError,
  InvalidValueError,
  isNull,
  lt,
  lte,
  minute,
  model,
  month,
  not,
  oneOf,
  quarter,
  second,
  weekDay,
  year,
} from '../../../index.ts';
import type { Filter, Session } from '../../../index.ts';

import { expectRefused, expectSql, freshUrl } from '../../support/database.ts';

class Event extends model('event', {
  id: f.int({ primaryKey: true }),
  at: f.datetime({ nullable: true }),
  on: f.date({ nullable: true }),
  time: f.time({ nullable: true }),
  name: f.string({ default: '' }),
}) {}

/** The ends of years, leap days, the last millisecond of a minute, times on both sides of midnight in other zones. */
const ROWS: readonly (readonly [at: string, on: string, time: string])[] = [
  ['2024-01-01T00:00:00.000Z', '2024-01-01', '00:00:00'],
  ['2024-12-31T23:59:59.999Z', '2024-12-31', '23:59:59.999999'],
  ['2024-02-29T12:30:15.500Z', '2024-02-29', '12:30:15.5'],
  ['2023-12-31T23:59:59.999Z', '2023-12-31', '01:02:03'],
  ['2026-06-07T05:06:07.008Z', '2026-06-07', '05:06:07.000008'],
  ['9999-12-31T23:59:59.999Z', '9999-12-31', '12:00:00'],
  ['1000-01-01T00:00:00.000Z', '1000-01-01', '12:00:00.1'],
];

let db: Database;
let session: Session;
beforeAll(async () => {
  db = await Database.connect(await freshUrl(), { models: [Event] });
  await db.createAll();
  session = db.session();
  await session
    .query(Event)
    .bulkCreate([...ROWS.map(([at, on, time], i) => ({ id: i + 1, at: new Date(at), on, time })), { id: 8 }]);
});
afterAll(async () => {
  await session.close();
  await db.close();
});

const events = () => session.query(Event).orderBy('id');

describe('parts of dates and times', () => {
  it.each<[string, Filter<Event>, number[]]>([
    ['a year', { at: year(2024) }, [1, 2, 3]],
    ['a year of a date', { on: year(2024) }, [1, 2, 3]],
    ['years from', { at: year(gte(2024)) }, [1, 2, 3, 5, 6]],
    ['years after', { at: year(gt(2024)) }, [5, 6]],
    ['years before', { at: year(lt(2024)) }, [4, 7]],
    ['years up to', { on: year(lte(2024)) }, [1, 2, 3, 4, 7]],
    ['years between', { at: year(between(2023, 2024)) }, [1, 2, 3, 4]],
    ['one of some years', { at: year(oneOf([2023, 2026])) }, [4, 5]],
    ['the opposite of a year: NULL as well', { at: not(year(2024)) }, [4, 5, 6, 7, 8]],
    ['the last year', { at: year(9999) }, [6]],
    ['after the last but one', { on: year(gt(9998)) }, [6]],
    ['a year that no column holds', { at: year(12_000) }, []],
    ['no year', { at: year(isNull<number>()) }, [8]],
    ['a quarter', { at: quarter(4) }, [2, 4, 6]],
    ['a month', { at: month(2) }, [3]],
    ['months', { on: month(between(6, 12)) }, [2, 4, 5, 6]],
    ['a day', { at: day(31) }, [2, 4, 6]],
    ['a day of a leap year', { at: dayOfYear(366) }, [2]],
    ['the last days of other years', { on: dayOfYear(365) }, [4, 6]],
    ['Mondays', { at: weekDay(1) }, [1]],
    ['Sundays', { on: weekDay(7) }, [4, 5]],
    ['an hour', { at: hour(23) }, [2, 4, 6]],
    ['an hour of a time', { time: hour(gte(12)) }, [2, 3, 6, 7]],
    ['a minute', { time: minute(30) }, [3]],
    ['a second, whatever its fraction', { at: second(59) }, [2, 4, 6]],
    ['a second of a time', { time: second(oneOf([15, 59])) }, [2, 3]],
  ])('Q1: %s', async (_, filter, expected) => {
    expect(await events().filter(filter).valuesList('id', { flat: true })).toEqual(expected);
  });

  it('Q6: as expressions: each part of each row', async () => {
    const rows = await events().values((e) => ({
      year: e.at.year(),
      quarter: e.at.quarter(),
      month: e.at.month(),
      day: e.at.day(),
      dayOfYear: e.at.dayOfYear(),
      weekDay: e.at.weekDay(),
      hour: e.at.hour(),
      minute: e.at.minute(),
      second: e.at.second(),
    }));
    const expected = ROWS.map(([text]) => {
      const at = new Date(text);
      const newYear = Date.UTC(at.getUTCFullYear(), 0, 1);
      return {
        year: at.getUTCFullYear(),
        quarter: Math.ceil((at.getUTCMonth() + 1) / 3),
        month: at.getUTCMonth() + 1,
        day: at.getUTCDate(),
        dayOfYear: Math.floor((at.getTime() - newYear) / 86_400_000) + 1,
        weekDay: at.getUTCDay() === 0 ? 7 : at.getUTCDay(),
        hour: at.getUTCHours(),
        minute: at.getUTCMinutes(),
        second: at.getUTCSeconds(),
      };
    });
    expect(rows.slice(0, -1)).toEqual(expected);
    expect(new Set(Object.values(rows.at(-1)!))).toEqual(new Set([null]));
  });

  it('Q1: the whole text; a year is a range, which an index serves', () => {
    expectSql(
      session
        .query(Event)
        .only('id')
        .filter({ at: year(2024), on: year(gt(2024)) }),
      {
        sqlite: 'SELECT t0."id" FROM "event" AS t0 WHERE t0."at" >= ? AND t0."at" < ? AND t0."on" >= ?',
        postgres: 'SELECT t0."id" FROM "event" AS t0 WHERE t0."at" >= $1 AND t0."at" < $2 AND t0."on" >= $3',
        mysql: 'SELECT t0.`id` FROM `event` AS t0 WHERE t0.`at` >= ? AND t0.`at` < ? AND t0.`on` >= ?',
        parameters: ['2024-01-01 00:00:00.000', '2025-01-01 00:00:00.000', '2025-01-01'],
        postgresParameters: ['2024-01-01 00:00:00+00', '2025-01-01 00:00:00+00', '2025-01-01'],
      },
    );
    expectSql(
      session
        .query(Event)
        .only('id')
        .filter({ at: weekDay(1), time: second(lt(3)), on: quarter(2) }),
      {
        sqlite:
          'SELECT t0."id" FROM "event" AS t0 WHERE ((CAST(strftime(\'%w\', t0."at") AS INTEGER) + 6) % 7 + 1) = ? AND CAST(strftime(\'%S\', t0."time") AS INTEGER) < ? AND ((CAST(strftime(\'%m\', t0."on") AS INTEGER) + 2) / 3) = ?',
        postgres:
          'SELECT t0."id" FROM "event" AS t0 WHERE CAST(EXTRACT(ISODOW FROM t0."at" AT TIME ZONE \'UTC\') AS integer) = $1::bigint AND CAST(FLOOR(EXTRACT(SECOND FROM t0."time")) AS integer) < $2::bigint AND CAST(EXTRACT(QUARTER FROM t0."on") AS integer) = $3::bigint',
        mysql:
          'SELECT t0.`id` FROM `event` AS t0 WHERE (WEEKDAY(t0.`at`) + 1) = ? AND SECOND(t0.`time`) < ? AND QUARTER(t0.`on`) = ?',
        parameters: [1, 3, 2],
      },
    );
  });

  it.each<[string, (s: Session) => unknown, new (...args: never) => Error, string]>([
    [
      'a text',
      (s) => s.query(Event).filter({ name: year(2024) }),
      InvalidQueryError,
      'year() is for dates, which Event.name is not.',
    ],
    [
      'the hour of a date',
      (s) => s.query(Event).filter({ on: hour(3) }),
      InvalidQueryError,
      'hour() is for times, which Event.on is not.',
    ],
    [
      'the year of a time',
      (s) => s.query(Event).filter({ time: year(3) }),
      InvalidQueryError,
      'year() is for dates, which Event.time is not.',
    ],
    [
      'a fraction',
      (s) => s.query(Event).filter({ at: month(1.5) }),
      InvalidValueError,
      'Event.at takes an integer, not a fractional number.',
    ],
    [
      'a text for a year',
      (s) => s.query(Event).filter({ at: year('2024' as never) }),
      InvalidValueError,
      'Event.at takes an integer, not a string.',
    ],
    [
      'an object for a year',
      (s) => s.query(Event).filter({ at: year({ $gt: 0 } as never) }),
      InvalidValueError,
      'Event.at takes an integer, not a plain object.',
    ],
    [
      'undefined',
      (s) => s.query(Event).filter({ at: day(undefined as never) }),
      InvalidValueError,
      'Event.at was compared with undefined. Leave the key out, or use null to ask for NULL.',
    ],
  ])('X1: refused before anything is sent: %s', async (_, call, type, message) => {
    await expectRefused(db, () => call(session), { type, message });
  });
});
