import type { ColumnSchema, ForeignKeySchema, Schema, TableSchema } from '../core/ast/schema.ts';
import { ConfigError } from '../utils/errors.ts';

/**
 * A diagram in Mermaid's language: https://mermaid.js.org/syntax/entityRelationshipDiagram.html.
 *
 * @param schema Tables with their foreign keys; views are left out.
 */
export function mermaidOf({ tables }: Schema): string {
  const relations = tables.flatMap((table) =>
    table.foreignKeys.map((key) => {
      const [many, one] = [isUnique(table, key) ? 'o|' : 'o{', isOptional(table, key) ? '|o' : '||'];
      return `  ${quoted(key.table.name)} ${one}--${many} ${quoted(table.name)} : ${quoted(key.columns.join(', '))}`;
    }),
  );
  const entities = tables.map((table) => {
    const lines = table.columns.map((column) => `    ${column.type.kind} ${word(column.name)}${keysOf(table, column)}`);
    return [`  ${quoted(table.name)} {`, ...lines, '  }'].join('\n');
  });
  return ['erDiagram', ...relations, ...entities].join('\n');
}

/**
 * The same as an SVG, laid out by Graphviz.
 *
 * @throws ConfigError where the package `@viz-js/viz` is not installed.
 */
export async function svgOf(schema: Schema): Promise<string> {
  const { instance } = await loadViz();
  return (await instance()).renderString(dotOf(schema), { format: 'svg' });
}

interface Viz {
  readonly instance: () => Promise<{ renderString(dot: string, options: { readonly format: string }): string }>;
}

async function loadViz(): Promise<Viz> {
  const name = '@viz-js/viz';
  try {
    return (await import(name)) as Viz;
  } catch (error) {
    throw new ConfigError('An SVG needs the package @viz-js/viz.', {
      cause: error,
      remedy: 'npm install --save-dev @viz-js/viz',
    });
  }
}

/** The tables in Graphviz' language: https://graphviz.org/doc/info/lang.html. */
function dotOf({ tables }: Schema): string {
  const nodes = tables.map((table) => {
    const rows = table.columns.map(
      (column) =>
        `<tr><td align="left">${escaped(column.name)}</td><td align="left">${column.type.kind}${escaped(keysOf(table, column))}</td></tr>`,
    );
    const head = `<tr><td colspan="2" bgcolor="#eeeeee"><b>${escaped(table.name)}</b></td></tr>`;
    return `  ${dotId(table.name)} [label=<<table border="0" cellborder="1" cellspacing="0">${head}${rows.join('')}</table>>];`;
  });
  const edges = tables.flatMap((table) =>
    table.foreignKeys.map(
      (key) =>
        `  ${dotId(table.name)} -> ${dotId(key.table.name)} [arrowtail=${isUnique(table, key) ? 'teeodot' : 'crow'}, arrowhead=${isOptional(table, key) ? 'odot' : 'tee'}, dir=both];`,
    ),
  );
  return ['digraph {', '  rankdir=LR;', '  node [shape=plain, fontname="sans-serif"];', ...nodes, ...edges, '}'].join(
    '\n',
  );
}

function isUnique({ primaryKey, indexes }: TableSchema, { columns }: ForeignKeySchema): boolean {
  const lists = [
    primaryKey,
    ...indexes.filter(({ unique }) => unique).map(({ parts }) => parts.map(({ column }) => column)),
  ];
  return lists.some(
    (list) => list.length > 0 && list.every((column) => column !== undefined && columns.includes(column)),
  );
}

function isOptional({ columns }: TableSchema, key: ForeignKeySchema): boolean {
  return columns.some(({ name, nullable }) => nullable && key.columns.includes(name));
}

function keysOf(table: TableSchema, { name }: ColumnSchema): string {
  const keys = [
    ...(table.primaryKey.includes(name) ? ['PK'] : []),
    ...(table.foreignKeys.some(({ columns }) => columns.includes(name)) ? ['FK'] : []),
  ];
  return keys.length === 0 ? '' : ` ${keys.join(', ')}`;
}

/** A name in quotes, in which Mermaid takes anything but these. */
function quoted(name: string): string {
  return `"${name.replaceAll('"', '#quot;').replaceAll(/\s+/g, ' ')}"`;
}

/** An attribute, for which Mermaid takes letters, digits and few signs. */
function word(name: string): string {
  const plain = name.replaceAll(/[^\w-]/gu, '_');
  return /^[A-Za-z_]/.test(plain) ? plain : `_${plain}`;
}

function dotId(name: string): string {
  return `"${name.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
