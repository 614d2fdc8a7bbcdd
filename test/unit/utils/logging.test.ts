import { pino } from 'pino';
import { describe, expect, it, vi } from 'vitest';

import { correlationId, InvalidValueError, timeCall, UniqueViolationError, withCorrelationId } from 'blazeorm';
import type { Logger } from 'blazeorm';

import { errorRecord, isLogger, SafeLogger } from '../../../src/utils/logging.ts';
import { collectingLogger } from '../../support/collected-logs.ts';
import { warningsOf } from '../../support/warnings.ts';

const failing = (fail: () => unknown): Logger => ({ debug: fail, info: fail, warn: fail, error: fail });

describe('a logger', () => {
  it('O3: pino is one as it is, children of it and console too; other things are none', () => {
    const lines: string[] = [];
    const logger = pino({ level: 'debug' }, { write: (line: string) => void lines.push(line) });
    for (const good of [logger, logger.child({ part: 'db' }), console]) expect(isLogger(good)).toBe(true);
    for (const bad of [undefined, null, 'pino', {}, { debug: () => 1 }, { ...collectingLogger().logger, warn: 1 }])
      expect(isLogger(bad)).toBe(false);
    const own: Logger = logger;
    new SafeLogger(own).write('debug', () => ({ event: 'statement' }), 'statement');
    expect(lines.map((line) => JSON.parse(line) as object)).toEqual([
      expect.objectContaining({ level: 20, event: 'statement', msg: 'statement' }),
    ]);
  });

  it('O3: a record of a level that is off is not made', () => {
    const record = vi.fn<() => Readonly<Record<string, unknown>>>(() => ({}));
    const quiet = pino({ level: 'warn' }, { write: () => undefined });
    new SafeLogger(quiet).write('debug', record, 'statement');
    expect(record).not.toHaveBeenCalled();
    new SafeLogger(quiet).write('warn', record, 'statement');
    expect(record).toHaveBeenCalledOnce();
  });

  it.each<[string, () => unknown, string]>([
    [
      'throws',
      () => {
        throw new TypeError('disk full');
      },
      'TypeError: disk full',
    ],
    ['rejects', () => Promise.reject(new RangeError('too far')), 'RangeError: too far'],
    [
      'throws what is no error',
      () => {
        // oxlint-disable-next-line no-throw-literal
        throw 'text';
      },
      'it threw what is no error.',
    ],
  ])('O3: one that %s is reported once, and fails nothing', async (_, fail, reason) => {
    const safe = new SafeLogger(failing(fail));
    const warnings = await warningsOf(() => {
      for (let i = 0; i < 3; i++) safe.write('warn', () => ({}), 'statement');
    });
    expect(warnings).toEqual([`BLAZE_LOGGER: The logger failed, and is not reported again: ${reason}`]);
  });

  it('O3: one whose level cannot be asked for is reported too', async () => {
    const isLevelEnabled = (): boolean => {
      throw new TypeError('no level');
    };
    const safe = new SafeLogger({ ...collectingLogger().logger, isLevelEnabled });
    expect(await warningsOf(() => safe.write('debug', () => ({}), 'x'))).toEqual([
      'BLAZE_LOGGER: The logger failed, and is not reported again: TypeError: no level',
    ]);
  });

  it('O3: what it does that is logged in turn is not', () => {
    const seen: string[] = [];
    const safe: SafeLogger = new SafeLogger(
      failing(() => {
        seen.push('written');
        safe.write('debug', () => ({}), 'again');
      }),
    );
    safe.write('debug', () => ({}), 'once');
    expect(seen).toEqual(['written']);
  });

  it('O3: X4: of errors that are not of the library it is told the class, and no message', () => {
    expect(errorRecord(new UniqueViolationError('A user with this email exists.'))).toEqual({
      type: 'UniqueViolationError',
      code: 'E_UNIQUE_VIOLATION',
      message: 'A user with this email exists.',
    });
    expect(errorRecord(Object.assign(new TypeError('ann@example.org'), { code: 'ERR_X' }))).toEqual({
      type: 'TypeError',
      code: 'ERR_X',
    });
    expect(errorRecord('ann@example.org')).toEqual({ type: 'string' });
  });
});

describe('correlation ids', () => {
  it('O3: hold in what is called and awaited, the inner one inside of the outer', async () => {
    expect(correlationId()).toBeUndefined();
    const seen = await withCorrelationId('outer', async () => {
      const before = correlationId();
      const inner = await withCorrelationId('inner', async () => {
        await Promise.resolve();
        return correlationId();
      });
      return [before, inner, correlationId()];
    });
    expect(seen).toEqual(['outer', 'inner', 'outer']);
    expect(correlationId()).toBeUndefined();
  });

  it('O3: a hostile id is cut and made well-formed; what is no text is refused', () => {
    expect(withCorrelationId('x'.repeat(500), correlationId)).toBe('x'.repeat(200));
    expect(withCorrelationId('a\ud800b', correlationId)).toBe('a\ufffdb');
    for (const bad of ['', 1, null, undefined, {}])
      expect(() => withCorrelationId(bad as string, () => 1)).toThrow(InvalidValueError);
    expect(() => withCorrelationId('', () => 1)).toThrow(
      'withCorrelationId() takes a text that is not empty. Make one with crypto.randomUUID() where a request has none.',
    );
  });
});

describe('timeCall', () => {
  const fields = { event: 'call', name: 'save', durationMs: expect.any(Number) as number };

  it('O3: gives what the function gives, and logs how long that took', async () => {
    const { logger, entries } = collectingLogger();
    expect(timeCall(logger, 'save', () => 1)).toBe(1);
    expect(await withCorrelationId('r1', () => timeCall(logger, 'save', async () => 2))).toBe(2);
    expect(entries).toEqual([
      ['debug', 'save: done', fields],
      ['debug', 'save: done', { ...fields, correlationId: 'r1' }],
    ]);
  });

  it('O3: what is slow or fails is a warning, and fails as it did', async () => {
    const { logger, entries } = collectingLogger();
    timeCall(logger, 'save', () => 1, { slowMs: 0 });
    const boom = new TypeError('secret');
    const fail = (): never => {
      throw boom;
    };
    expect(() => timeCall(logger, 'save', fail)).toThrow(boom);
    await expect(timeCall(logger, 'save', async () => fail())).rejects.toBe(boom);
    expect(entries).toEqual([
      ['warn', 'save: done', fields],
      ['warn', 'save: failed', { ...fields, error: { type: 'TypeError' } }],
      ['warn', 'save: failed', { ...fields, error: { type: 'TypeError' } }],
    ]);
  });

  it('O3: a logger that throws changes nothing', async () => {
    const logger = failing(() => {
      throw new Error('disk full');
    });
    let given: unknown;
    const warnings = await warningsOf(async () => (given = await timeCall(logger, 'save', async () => 3)));
    expect(given).toBe(3);
    expect(warnings).toHaveLength(1);
  });
});
