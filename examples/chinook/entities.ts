/** Rows of the data file as new entities. Relations are given by key: whoever is referred to need not be at hand. */
import type { ChinookData } from './data.ts';
import {
  Album,
  Artist,
  Customer,
  Employee,
  Genre,
  Invoice,
  InvoiceLine,
  MediaType,
  type ModelName,
  Playlist,
  Track,
} from './models.ts';

/**
 * Make an entity of every row, with its original key: by model, what is referred to first. The links of playlists are
 * not among them.
 */
export function createEntities(data: ChinookData) {
  return {
    Genre: data.Genre.map((row) => new Genre({ id: row.GenreId, name: text(row.Name) })),
    MediaType: data.MediaType.map((row) => new MediaType({ id: row.MediaTypeId, name: text(row.Name) })),
    Artist: data.Artist.map((row) => new Artist({ id: row.ArtistId, name: text(row.Name) })),
    Album: data.Album.map((row) => new Album({ id: row.AlbumId, title: row.Title, artist: row.ArtistId })),
    Track: data.Track.map(track),
    Employee: data.Employee.map(employee),
    Customer: data.Customer.map(customer),
    Invoice: data.Invoice.map(invoice),
    InvoiceLine: data.InvoiceLine.map(invoiceLine),
    Playlist: data.Playlist.map((row) => new Playlist({ id: row.PlaylistId, name: text(row.Name) })),
  } satisfies Partial<Record<ModelName, readonly unknown[]>>;
}

function track(row: ChinookData['Track'][number]): Track {
  return new Track({
    id: row.TrackId,
    name: row.Name,
    album: row.AlbumId,
    mediaType: row.MediaTypeId,
    genre: row.GenreId,
    composer: text(row.Composer),
    milliseconds: row.Milliseconds,
    bytes: row.Bytes,
    unitPrice: money(row.UnitPrice),
  });
}

function employee(row: ChinookData['Employee'][number]): Employee {
  return new Employee({
    id: row.EmployeeId,
    lastName: row.LastName,
    firstName: row.FirstName,
    title: text(row.Title),
    reportsTo: row.ReportsTo,
    birthDate: row.BirthDate === null ? null : utc(row.BirthDate),
    hireDate: row.HireDate === null ? null : utc(row.HireDate),
    ...address(row),
    email: text(row.Email),
  });
}

function customer(row: ChinookData['Customer'][number]): Customer {
  return new Customer({
    id: row.CustomerId,
    firstName: row.FirstName,
    lastName: row.LastName,
    company: text(row.Company),
    ...address(row),
    email: row.Email,
    supportRep: row.SupportRepId,
  });
}

function invoice(row: ChinookData['Invoice'][number]): Invoice {
  return new Invoice({
    id: row.InvoiceId,
    customer: row.CustomerId,
    invoiceDate: utc(row.InvoiceDate),
    billingAddress: text(row.BillingAddress),
    billingCity: text(row.BillingCity),
    billingState: text(row.BillingState),
    billingCountry: text(row.BillingCountry),
    billingPostalCode: text(row.BillingPostalCode),
    total: money(row.Total),
  });
}

function invoiceLine(row: ChinookData['InvoiceLine'][number]): InvoiceLine {
  return new InvoiceLine({
    id: row.InvoiceLineId,
    invoice: row.InvoiceId,
    track: row.TrackId,
    unitPrice: money(row.UnitPrice),
    quantity: row.Quantity,
  });
}

function address(row: ChinookData['Employee' | 'Customer'][number]) {
  return {
    address: text(row.Address),
    city: text(row.City),
    state: text(row.State),
    country: text(row.Country),
    postalCode: text(row.PostalCode),
    phone: text(row.Phone),
    fax: text(row.Fax),
  };
}

/** NULL where the export has an empty text. */
function text(value: string): string | null {
  return value === '' ? null : value;
}

/** The file has prices as JSON numbers; a decimal is a string, exact from here on. */
function money(value: number): string {
  return value.toFixed(2);
}

/** `2021-01-01T00:00:00`, which without the `Z` would be read in the time zone of this process. */
function utc(value: string): Date {
  return new Date(`${value}Z`);
}
