import type { Rows } from '../adapters/adapter.ts';

/** SQLite gives a tree, whose rows name their parents; MariaDB a table; the others lines. */
export function planText(columns: readonly string[], rows: Rows): string {
  if (columns.length === 1)
    return rows
      .map(([line]) => String(line))
      .join('\n')
      .trimEnd();
  return columns.includes('detail') ? treeOf(rows) : tableOf(columns, rows);
}

function treeOf(rows: Rows): string {
  const depths = new Map<unknown, number>([[0, 0]]);
  const lines = rows.map(([id, parent, , detail]) => {
    const depth = depths.get(parent) ?? 0;
    depths.set(id, depth + 1);
    return `${'  '.repeat(depth)}${String(detail)}`;
  });
  return lines.join('\n');
}

function tableOf(columns: readonly string[], rows: Rows): string {
  const cells = [columns, ...rows.map((row) => row.map((cell) => (cell === null ? '' : String(cell as string))))];
  const widths = columns.map((_, i) => Math.max(...cells.map((row) => row[i]!.length)));
  return cells
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i]!))
        .join(' | ')
        .trimEnd(),
    )
    .join('\n');
}
