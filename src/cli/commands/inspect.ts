import { join, relative, resolve } from 'node:path';
import { introspect } from '../../introspection.ts';
import { MIGRATION_TABLE } from '../../schema/engine/record.ts';
import { inspect as modelsOf } from '../../schema/inspect/inspect.ts';
import { EXIT } from '../output.ts';
import { writeNew } from '../write.ts';
import type { CommandDefinition } from '../command.ts';

interface Options {
  readonly out?: string;
  readonly each?: true;
  readonly tables?: readonly string[];
  readonly force?: true;
}

/** `blaze inspect`: models of a database that is there. */
export const inspect: CommandDefinition<Options> = {
  name: 'inspect',
  about: 'Write models of the database as it is',
  examples: ['inspect', 'inspect --out src/models.ts', 'inspect --each --out src/models'],
  define: (command) =>
    command
      .option('--out <path>', 'the file to write; a folder with --each (default: standard output)')
      .option('--each', 'a file for each table')
      .option('--tables <name...>', 'only these')
      .option('--force', 'in place of files that are there'),
  async run(context, { out, each, tables, force }) {
    const { output } = context;
    const { config } = context.project;
    const { schema } = config;
    const found = await context.withDatabase((db) =>
      introspect(db, {
        ...(schema === undefined ? {} : { schema }),
        ...(tables === undefined ? {} : { tables }),
        except: [config.table ?? MIGRATION_TABLE],
      }),
    );
    const { files, warnings } = modelsOf(found, { files: each === true ? 'each' : 'one' });
    for (const warning of warnings) output.note(warning);
    if (warnings.length > 0)
      output.note(
        'What models cannot say stays in this database. What a new one is to have of it goes into a migration, with runSql(); what adopt and drift see of it has to.',
      );
    const target = out === undefined ? undefined : resolve(out);
    const written: string[] = [];
    for (const { name, text } of files) {
      if (target === undefined) {
        output.line(text);
        continue;
      }
      const path = each === true ? join(target, name) : target;
      await writeNew(path, text, force === true);
      written.push(relative(process.cwd(), path));
    }
    for (const path of written) output.line(`written: ${path}`);
    output.json({ ...(target === undefined ? { files } : { written }), warnings });
    return EXIT.ok;
  },
};
