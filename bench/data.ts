import { readFileSync } from 'node:fs';

/** One table of Chinook as it goes into a database: values in the text forms that every engine takes. */
export interface ChinookTable {
  readonly name: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Value[])[];
}

/** What an application has in hand when it creates a track; `id` is what the insert has to fill in. */
export interface NewTrack {
  id: number | undefined;
  name: string;
  albumId: number;
  mediaTypeId: number;
  genreId: number;
  composer: string | null;
  milliseconds: number;
  bytes: number;
  unitPrice: string;
}

/** How many tracks Chinook has; their ids are 1 … 3503 without a gap. */
export const TRACKS = 3503;

type Value = string | number | null;
type Row = Readonly<Record<string, Value>>;

/** In an order that satisfies the foreign keys. */
const sources = [
  'Artist',
  'Album',
  'Genre',
  'MediaType',
  'Track',
  'Playlist',
  'PlaylistTrack',
  'Employee',
  'Customer',
  'Invoice',
  'InvoiceLine',
];

const money = (value: Value): Value => Number(value).toFixed(2);
/** `2021-01-01T00:00:00` → `2021-01-01 00:00:00.000` */
const dateTime = (value: Value): Value => `${String(value).replace('T', ' ')}.000`;
const converters: Readonly<Record<string, (value: Value) => Value>> = {
  UnitPrice: money,
  Total: money,
  InvoiceDate: dateTime,
  BirthDate: dateTime,
  HireDate: dateTime,
};

/** Reads `chinook.json` into the tables of the benchmark. */
export function readChinook(file: string): ChinookTable[] {
  const chinook = JSON.parse(readFileSync(file, 'utf8')) as Readonly<Record<string, readonly Row[]>>;
  return sources.map((source) => {
    const [first, ...rest] = chinook[source] ?? [];
    if (first === undefined) throw new Error(`${file} has no ${source}`);
    const keys = Object.keys(first);
    const cells = (row: Row): Value[] => keys.map((key) => converters[key]?.(row[key]!) ?? row[key]!);
    return {
      name: snakeCase(source),
      columns: keys.map((key) => columnOf(source, key)),
      rows: [first, ...rest].map(cells),
    };
  });
}

/** Makes `count` tracks, the same at every call, that are in no database yet. */
export function newTracks(count: number): NewTrack[] {
  return Array.from({ length: count }, (_, index) => ({
    id: undefined,
    name: `New track ${index}`,
    albumId: (index % 347) + 1,
    mediaTypeId: (index % 5) + 1,
    genreId: (index % 25) + 1,
    composer: index % 4 === 0 ? null : `Composer ${index % 100}`,
    milliseconds: 200_000 + index,
    bytes: 5_000_000 + index,
    unitPrice: '0.99',
  }));
}

/** A table's own key is `id`; every other key keeps its name: `Album.ArtistId` → `artist_id`. */
function columnOf(source: string, key: string): string {
  if (key === `${source}Id`) return 'id';
  return key === 'ReportsTo' ? 'reports_to_id' : snakeCase(key);
}

function snakeCase(name: string): string {
  return name.replace(/(?<=.)[A-Z]/g, '_$&').toLowerCase();
}
