import type { Schema } from '../../core/ast/schema.ts';
import type { Dialect } from '../../dialects/dialect.ts';
import type { Operation } from '../operations/operation.ts';
import { EMPTY } from '../state.ts';
import { array, docOf, string } from './code.ts';
import { Imports } from './imports.ts';
import { hardLine, indent, joined, layOut } from './layout.ts';
import type { Doc } from './layout.ts';
import { operationCodes } from './operations.ts';

/** What the text of a migration is made for. */
export interface PrintOptions {
  /** In whose SQL conditions are written that the builders cannot say. */
  readonly dialect: Dialect;
  /** The schema before the migration; empty without it. */
  readonly before?: Schema;
}

/**
 * The source of a migration file, formatted, with the imports that it needs.
 *
 * @param definition `after`: the migrations before it; `replaces`: those that it stands for; its operations, in order.
 * @throws MigrationError for what is code of the application: `run()`, and defaults of its own classes.
 * @example
 * ```ts ignore
 * printMigration({ after: ['0001_initial'], operations: diffSchemas(before, wanted, dialect) }, { dialect, before });
 * ```
 */
export function printMigration(
  definition: {
    readonly after?: readonly string[];
    readonly replaces?: readonly string[];
    readonly operations: readonly Operation[];
  },
  { dialect, before = EMPTY }: PrintOptions,
): string {
  const { after = [], replaces = [], operations } = definition;
  const imports = new Imports();
  const names = (name: string, list: readonly string[]): Doc[] =>
    list.length === 0 ? [] : [[`${name}: `, docOf(array(list.map(string)))]];
  const callee = imports.schema('migration');
  const members = [
    ...names('after', after),
    ...names('replaces', replaces),
    ['operations: ', docOf(array(operationCodes(operations, { imports, dialect, before })))],
  ];
  const content = indent(hardLine, joined([',', hardLine], members), ',');
  const body = layOut(['export default ', callee, '({', content, hardLine, '});']);
  return `${importLines(imports)}\n\n${body}\n`;
}

function importLines(imports: Imports): string {
  return imports
    .entries()
    .map(([from, names]) => {
      const flat = `import { ${names.join(', ')} } from '${from}';`;
      return flat.length <= 120 ? flat : `import {\n${names.map((name) => `  ${name},\n`).join('')}} from '${from}';`;
    })
    .join('\n');
}
