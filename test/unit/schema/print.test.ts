import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import fc from 'fast-check';
import ts from 'typescript-5.9';
import { describe, expect, it } from 'vitest';

import * as core from 'blazeorm';
import { PostgresDialect } from 'blazeorm/schema';

import type { Schema } from '../../../src/core/ast/schema.ts';
import { diffSchemas } from '../../../src/schema/diff.ts';
import { applyOperation } from '../../../src/schema/operations/apply.ts';
import * as builders from '../../../src/schema/operations/builders.ts';
import type { MigrationDefinition, Operation } from '../../../src/schema/operations/operation.ts';
import { plain } from '../../../src/schema/print/plain.ts';
import { printMigration } from '../../../src/schema/print/print.ts';
import { EMPTY } from '../../../src/schema/state.ts';
import { comparable } from './comparable.ts';
import { anySchema } from './print-schemas.ts';

const RUNS = 150;
const dialect = new PostgresDialect();

/** What a file exports by default, when it is imported. */
function evaluated(source: string): MigrationDefinition {
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
  });
  const modules: Record<string, object> = { blazeorm: core, 'blazeorm/schema': { ...builders, plain } };
  const exports: { default?: MigrationDefinition } = {};
  // oxlint-disable-next-line no-implied-eval -- The text that is tested is code.
  new Function('require', 'exports', outputText)((name: string) => modules[name], exports);
  return exports.default!;
}

function applied(operations: readonly Operation[], before: Schema): Schema {
  return operations.reduce(applyOperation, before);
}

/** Each operation with the schema after it, so that conditions are compared as what they come to. */
function told(operations: readonly Operation[], before: Schema): unknown[] {
  let schema = before;
  return operations.map((operation) => {
    schema = applyOperation(schema, operation);
    const fill = 'fill' in operation ? operation.fill : undefined;
    return {
      kind: operation.kind,
      fill: typeof fill === 'function' ? 'a function' : fill,
      using: 'using' in operation ? operation.using : undefined,
      notValid: 'notValid' in operation && operation.notValid,
      concurrently: 'concurrently' in operation && operation.concurrently,
      after: comparable(schema),
    };
  });
}

describe('what chance makes', () => {
  it('G3: G5: a migration that is printed and read again does the same', () => {
    fc.assert(
      fc.property(anySchema, anySchema, (from, to) => {
        const before = applied(diffSchemas(EMPTY, from, dialect), EMPTY);
        const operations = diffSchemas(before, to, dialect);
        const source = printMigration({ after: ['0001'], operations }, { dialect, before });
        const read = evaluated(source);
        expect(told(read.operations, before)).toEqual(told(operations, before));
      }),
      { numRuns: RUNS, seed: 6_000_001 },
    );
  });

  it('G3: G5: and is formatted already', () => {
    const folder = mkdtempSync(join(tmpdir(), 'blazeorm-print-'));
    try {
      const sources = fc
        .sample(fc.tuple(anySchema, anySchema), { numRuns: RUNS, seed: 6_000_002 })
        .map(([from, to]) => {
          const before = applied(diffSchemas(EMPTY, from, dialect), EMPTY);
          return printMigration({ after: ['0001'], operations: diffSchemas(before, to, dialect) }, { dialect, before });
        });
      writeFileSync(join(folder, '.oxfmtrc.json'), JSON.stringify({ printWidth: 120, singleQuote: true }));
      const files = sources.map((source, i) => {
        const file = join(folder, `${i}.ts`);
        writeFileSync(file, source);
        return file;
      });
      execFileSync(join(process.cwd(), 'node_modules/.bin/oxfmt'), [folder], { cwd: folder });
      for (const [i, file] of files.entries()) expect(readFileSync(file, 'utf8')).toBe(sources[i]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
