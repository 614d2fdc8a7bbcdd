import type { Schema } from '../../core/ast/schema.ts';
import type { Dialect } from '../../dialects/dialect.ts';
import type { Operation } from '../operations/operation.ts';
import { EMPTY } from '../state.ts';
import { array, call, docOf, object, string } from './code.ts';
import { Imports } from './imports.ts';
import { layOut } from './layout.ts';
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
  const names = (list: readonly string[]) => (list.length === 0 ? undefined : array(list.map(string)));
  const code = call(
    imports.schema('migration'),
    object({
      after: names(after),
      replaces: names(replaces),
      operations: array(operationCodes(operations, { imports, dialect, before })),
    }),
  );
  const body = layOut(['export default ', docOf(code), ';']);
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
