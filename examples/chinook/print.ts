/** The result of the example as text for a terminal. */
import Table from 'cli-table3';
import pc from 'picocolors';

import type { DemoResult } from './demo.ts';
import type { StaffMember } from './reports.ts';

const MOST_ROWS = 12;
const WIDEST_CELL = 32;
const MILLISECONDS_PER_HOUR = 3_600_000;

type Cell = string | number | null;

/** All reports as tables, each with the number of statements that it took. */
export function formatResult({ alreadyLoaded, loaded, statements, reports }: DemoResult): string {
  const { topArtists, salesByGenre, salesByCountry, totals, bestCustomer, playlists, customersInBrazil } = reports;
  const heading = (title: string, section: string): string =>
    `${pc.bold(title)} ${pc.dim(`· ${plural(statements[section] ?? 0, 'statement')}`)}`;

  return [
    alreadyLoaded
      ? heading('The data is there already; nothing was loaded', 'load')
      : `${heading('Loaded through the unit of work', 'load')}${pc.dim(`, ${statements['prepared']} prepared`)}`,
    table(['Model', 'Rows'], Object.entries(loaded)),

    heading('Top artists by revenue', 'topArtists'),
    table(
      ['Artist', 'Lines', 'Revenue'],
      topArtists.map((row) => [row.artist, row.lines, row.revenue]),
    ),

    heading('Sales by genre', 'salesByGenre'),
    table(
      ['Genre', 'Lines', 'Revenue'],
      salesByGenre.map((row) => [row.genre, row.lines, row.revenue]),
    ),

    heading('Sales by country', 'salesByCountry'),
    table(
      ['Country', 'Invoices', 'Total'],
      salesByCountry.map((row) => [row.country, row.invoices, row.total]),
    ),

    heading('All invoices', 'totals'),
    table(['Invoices', 'Total', 'Largest'], [[totals.invoices, totals.total, totals.largest]]),

    ...(bestCustomer === null
      ? []
      : [
          heading(`Best customer: ${bestCustomer.name}, ${bestCustomer.spent}`, 'bestCustomer'),
          table(
            ['Invoice', 'Date', 'Track', 'Album', 'Artist', 'Price'],
            bestCustomer.invoices.flatMap((invoice) =>
              invoice.lines.map((line) => [
                invoice.id,
                invoice.date.toISOString().slice(0, 10),
                line.track,
                line.album,
                line.artist,
                line.unitPrice,
              ]),
            ),
          ),
        ]),

    heading('Playlists', 'playlists'),
    table(
      ['Playlist', 'Tracks', 'Hours'],
      playlists.map((row) => [row.name, row.trackCount, hours(row.milliseconds)]),
    ),

    heading('Customers in Brazil', 'customersInBrazil'),
    table(
      ['Customer', 'City', 'Support'],
      customersInBrazil.map((row) => [row.name, row.city, row.supportRep]),
    ),

    heading('Employees', 'employees'),
    staff(reports.employees),
  ].join('\n');
}

/** A table of the first rows, numbers to the right, and a word on how many more there are. */
function table(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const [first = []] = rows;
  const output = new Table({
    head: head.map((title) => pc.cyan(title)),
    colAligns: head.map((_, column) => (isNumeric(first[column] ?? null) ? 'right' : 'left')),
    style: { head: [], border: [], compact: true },
  });
  output.push(...rows.slice(0, MOST_ROWS).map((row) => row.map((cell) => shorten(String(cell ?? '–')))));
  const more = rows.length - MOST_ROWS;
  return `${output.toString()}\n${more > 0 ? pc.dim(`  … and ${more} more\n`) : ''}`;
}

/** The tree, a line for each employee. */
function staff(members: readonly StaffMember[], indent = ''): string {
  return members
    .map((member, i) => {
      const last = i === members.length - 1;
      const customers = member.customers > 0 ? pc.dim(` · ${plural(member.customers, 'customer')}`) : '';
      const line = `${indent}${last ? '└─' : '├─'} ${member.name}, ${member.title}${customers}\n`;
      return line + staff(member.reports, `${indent}${last ? '   ' : '│  '}`);
    })
    .join('');
}

function isNumeric(cell: Cell): boolean {
  return typeof cell === 'number' || /^-?\d+\.\d+$/.test(cell ?? '');
}

function hours(milliseconds: number | null): string {
  return ((milliseconds ?? 0) / MILLISECONDS_PER_HOUR).toFixed(1);
}

function shorten(text: string): string {
  return text.length > WIDEST_CELL ? `${text.slice(0, WIDEST_CELL - 1)}…` : text;
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
