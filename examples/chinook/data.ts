/** `data/chinook.json` as it is written: eleven tables, with their original keys and column names. */
import { readFile } from 'node:fs/promises';

/** A column whose table allows NULL. The export writes the NULL of a text as `''`. */
type Text = string;

interface AddressRow {
  readonly Address: Text;
  readonly City: Text;
  readonly State: Text;
  readonly Country: Text;
  readonly PostalCode: Text;
  readonly Phone: Text;
  readonly Fax: Text;
}

/** The rows of every table. Times are written without a zone, and meant in UTC; prices are numbers with two decimals. */
export interface ChinookData {
  readonly Genre: readonly { readonly GenreId: number; readonly Name: Text }[];
  readonly MediaType: readonly { readonly MediaTypeId: number; readonly Name: Text }[];
  readonly Artist: readonly { readonly ArtistId: number; readonly Name: Text }[];
  readonly Album: readonly { readonly AlbumId: number; readonly Title: string; readonly ArtistId: number }[];
  readonly Track: readonly {
    readonly TrackId: number;
    readonly Name: string;
    readonly AlbumId: number | null;
    readonly MediaTypeId: number;
    readonly GenreId: number | null;
    readonly Composer: Text;
    readonly Milliseconds: number;
    readonly Bytes: number | null;
    readonly UnitPrice: number;
  }[];
  readonly Employee: readonly (AddressRow & {
    readonly EmployeeId: number;
    readonly LastName: string;
    readonly FirstName: string;
    readonly Title: Text;
    readonly ReportsTo: number | null;
    readonly BirthDate: string | null;
    readonly HireDate: string | null;
    readonly Email: Text;
  })[];
  readonly Customer: readonly (AddressRow & {
    readonly CustomerId: number;
    readonly FirstName: string;
    readonly LastName: string;
    readonly Company: Text;
    readonly Email: string;
    readonly SupportRepId: number | null;
  })[];
  readonly Invoice: readonly {
    readonly InvoiceId: number;
    readonly CustomerId: number;
    readonly InvoiceDate: string;
    readonly BillingAddress: Text;
    readonly BillingCity: Text;
    readonly BillingState: Text;
    readonly BillingCountry: Text;
    readonly BillingPostalCode: Text;
    readonly Total: number;
  }[];
  readonly InvoiceLine: readonly {
    readonly InvoiceLineId: number;
    readonly InvoiceId: number;
    readonly TrackId: number;
    readonly UnitPrice: number;
    readonly Quantity: number;
  }[];
  readonly Playlist: readonly { readonly PlaylistId: number; readonly Name: Text }[];
  readonly PlaylistTrack: readonly { readonly PlaylistId: number; readonly TrackId: number }[];
}

/** Read the data that comes with this example. */
export async function readChinook(): Promise<ChinookData> {
  const text = await readFile(new URL('data/chinook.json', import.meta.url), 'utf8');
  return JSON.parse(text) as ChinookData;
}
