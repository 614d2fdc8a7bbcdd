import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { openAdapter } from '../../adapters/open.ts';
import { mermaidOf, svgOf } from '../../schema/erd.ts';
import { schemaOf } from '../../schema/of-models.ts';
import { EXIT } from '../output.ts';
import type { CommandDefinition } from '../command.ts';

/** `blaze erd`: a diagram of the models' tables. */
export const erd: CommandDefinition<{ readonly format: string; readonly out?: string }> = {
  name: 'erd',
  about: "Draw the models' tables and foreign keys",
  examples: ['erd', 'erd --format svg --out schema.svg'],
  define: (command) =>
    command.option('--format <format>', 'mermaid, or svg', 'mermaid').option('--out <file>', 'where to write it'),
  async run(context, { format, out }) {
    const { output } = context;
    if (format !== 'mermaid' && format !== 'svg') {
      output.note(`The format is mermaid or svg, not ${format}.`);
      return EXIT.usage;
    }
    const { dialect } = await openAdapter(context.connection);
    const schema = schemaOf(await context.models(), dialect);
    const text = format === 'svg' ? await svgOf(schema) : mermaidOf(schema);
    if (out === undefined) output.line(text);
    else await writeFile(resolve(out), `${text}\n`);
    if (out !== undefined) output.line(`written: ${out}`);
    output.json({ format, ...(out === undefined ? { text } : { written: out }) });
    return EXIT.ok;
  },
};
