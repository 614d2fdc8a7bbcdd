import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { migration, MigrationError, readMigrations } from 'blazeorm/schema';

import { checksumOf } from '../../../src/schema/files.ts';
import { failure } from '../../support/database.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'blaze-files-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const write = (name: string, text = ''): void => writeFileSync(join(folder, name), text);
const empty = { default: migration({ operations: [] }) };

describe('the files of migrations', () => {
  it('G4: are read in the order of their names, with a sum over their text', async () => {
    for (const name of ['0002_b.js', '0001_a.ts', '0003_c.mts', 'types.d.ts', 'notes.md']) write(name, name);
    const files = await readMigrations(folder, async () => empty);
    expect(files.map(({ name, checksum }) => [name, checksum])).toEqual([
      ['0001_a', checksumOf('0001_a.ts')],
      ['0002_b', checksumOf('0002_b.js')],
      ['0003_c', checksumOf('0003_c.mts')],
    ]);
    expect(await readMigrations(join(folder, 'missing'))).toEqual([]);
  });

  it('G4: have the same sum whatever their line ends are', () => {
    expect(checksumOf('a\r\nb\r\n')).toBe(checksumOf('a\nb\n'));
    expect(checksumOf('a\nb')).not.toBe(checksumOf('a\nb\n'));
  });

  it('G4: are refused by name where they export nothing, or cannot be loaded', async () => {
    write('0001_a.mjs', 'export const nothing = 1;');
    await expect(readMigrations(folder)).rejects.toThrow(
      failure(MigrationError, {
        message:
          '0001_a: its file exports no migration. It ends with: export default migration({ operations: [ … ] }).',
      }),
    );
    const broken = new SyntaxError("Expected ',' (3:7)\n  more of it");
    const error = await readMigrations(folder, () => Promise.reject(broken)).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      name: 'MigrationError',
      message: "0001_a: its file cannot be loaded: Expected ',' (3:7).",
      migration: '0001_a',
      cause: broken,
    });
  });
});
