import { afterEach, describe, expect, it, vi } from 'vitest';

import { Database, f, model } from 'blazeorm';
import { terminalLogger } from 'blazeorm/logging';

afterEach(() => vi.unstubAllEnvs());

function lines(): { readonly stream: { isTTY: boolean; write(line: string): void }; readonly written: string[] } {
  const written: string[] = [];
  return { written, stream: { isTTY: false, write: (line) => void written.push(line) } };
}

const statement = {
  event: 'statement',
  dialect: 'sqlite',
  database: ':memory:',
  kind: 'read',
  sql: `SELECT "id", 'x', 1 FROM "post"\n  WHERE "id" = ? -- end`,
  durationMs: 1.2345,
  rows: 1,
  session: 3,
  transaction: 2,
  correlationId: 'r-1',
};

describe('the terminal logger', () => {
  it('O3: writes a statement as one line', () => {
    const { stream, written } = lines();
    const logger = terminalLogger({ stream });
    logger.debug(statement, 'statement');
    logger.warn(
      { ...statement, rows: undefined, error: { type: 'DataError', message: 'Too long.' } },
      'statement failed',
    );
    logger.debug({ event: 'flush', durationMs: 12.3, inserted: 2, updated: 0, deleted: 0 }, 'flush');
    logger.error({ event: 'fault', code: 'BLAZE_HOOK' }, "A hook of 'afterCommit' failed.");
    expect(written).toEqual([
      `debug   1.23 ms  SELECT "id", 'x', 1 FROM "post" WHERE "id" = ? -- end  1 row · session 3 · transaction 2 · r-1\n`,
      `warn    1.23 ms  SELECT "id", 'x', 1 FROM "post" WHERE "id" = ? -- end  session 3 · transaction 2 · r-1  DataError: Too long.\n`,
      'debug     12 ms  flush  inserted=2 · updated=0 · deleted=0\n',
      `error  A hook of 'afterCommit' failed.  code="BLAZE_HOOK"\n`,
    ]);
  });

  it('O3: in colours on a terminal only, and as NO_COLOR and FORCE_COLOR say', () => {
    const colored = (isTTY: boolean, env: Readonly<Record<string, string>>, colors?: boolean): boolean => {
      for (const name of ['NO_COLOR', 'FORCE_COLOR']) vi.stubEnv(name, env[name] ?? '');
      const { stream, written } = lines();
      const logger = terminalLogger({ stream: { ...stream, isTTY }, ...(colors !== undefined && { colors }) });
      logger.debug(statement, 'statement');
      return written[0]!.includes('\u001b[');
    };
    expect(colored(false, {})).toBe(false);
    expect(colored(true, {})).toBe(true);
    expect(colored(true, { NO_COLOR: '1' })).toBe(false);
    expect(colored(false, { FORCE_COLOR: '1' })).toBe(true);
    expect(colored(true, { FORCE_COLOR: '0' })).toBe(false);
    expect(colored(false, {}, true)).toBe(true);
    expect(colored(true, {}, false)).toBe(false);
  });

  it('O3: keywords, names, texts, numbers and placeholders have colours of their own', () => {
    const { stream, written } = lines();
    terminalLogger({ stream, colors: true }).debug(
      { event: 'statement', dialect: 'mysql', sql: 'SELECT `a`, "b", 1 FROM t WHERE x = ?' },
      '',
    );
    const codes = { bold: '1', blue: '34', cyan: '36', green: '32', magenta: '35', yellow: '33' };
    const paint = (color: keyof typeof codes, text: string): string => `\u001b[${codes[color]}m${text}\u001b[39m`;
    const keyword = (text: string): string => `\u001b[1m${paint('blue', text)}\u001b[22m`;
    expect(written[0]).toContain(
      `${keyword('SELECT')} ${paint('cyan', '`a`')}, ${paint('green', '"b"')}, ${paint('magenta', '1')} ${keyword('FROM')} t ${keyword('WHERE')} x = ${paint('yellow', '?')}`,
    );
  });

  it('O3: X4: nothing that it is given can move the cursor, or begin a line', () => {
    const { stream, written } = lines();
    const hostile = 'a\u001b[2J\r\nerror  forged\u202e\u009b31m\ud800';
    const logger = terminalLogger({ stream });
    logger.debug(
      { ...statement, sql: `SELECT '${hostile}' /* ${hostile} */ FROM "${hostile}"`, correlationId: hostile },
      '',
    );
    logger.warn({ event: hostile, extra: hostile, error: { type: hostile, message: hostile } }, hostile);
    expect(written).toHaveLength(2);
    for (const line of written) {
      expect(line).toMatch(/^[^\p{Cc}\p{Cf}\p{Cs}]*\n$/u);
      expect(line).toContain('a\\u001b[2J');
    }
  });

  it('O3: a level leaves out what is less', () => {
    const { stream, written } = lines();
    const logger = terminalLogger({ stream, level: 'warn' });
    expect(['debug', 'info', 'warn', 'error'].map((level) => logger.isLevelEnabled?.(level as 'debug'))).toEqual([
      false,
      false,
      true,
      true,
    ]);
    logger.debug({}, 'a');
    logger.info({}, 'b');
    logger.warn({}, 'c');
    expect(written).toEqual(['warn   c\n']);
  });

  it('O3: X4: shows what a database does, and no values', async () => {
    class Note extends model('note', { id: f.auto(), text: f.string() }) {}
    const { stream, written } = lines();
    await using db = await Database.connect('sqlite::memory:', { models: [Note], logger: terminalLogger({ stream }) });
    await db.createAll();
    written.length = 0;
    await db.transaction((session) => session.add(new Note({ text: 'sentinel-4711' })));
    const shown = written.map((line) =>
      line
        .replace(/\d+(?:\.\d+)? ms/, '0 ms')
        .replace(/ {2,}/g, ' ')
        .replace(/session \d+/, 'session 1'),
    );
    expect(shown).toEqual([
      'debug 0 ms BEGIN session 1 · transaction 2\n',
      'debug 0 ms INSERT INTO "note" ("id", "text") VALUES (?, ?) 1 row · session 1 · transaction 2\n',
      'debug 0 ms flush session 1 · transaction 2 · inserted=1 · updated=0 · deleted=0\n',
      'debug 0 ms COMMIT session 1 · transaction 2\n',
      'debug 0 ms transaction committed session 1 · transaction 2 · outcome="committed" · nested=false · readOnly=false\n',
    ]);
  });
});
