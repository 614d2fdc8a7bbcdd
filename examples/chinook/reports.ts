/** What the shop wants to know. Every figure is one statement, and every prefetched path one more. */
import { count, max, type Session, sum } from 'blazeorm';

import { Customer, Employee, Invoice, InvoiceLine, Playlist } from './models.ts';

/** The artists whose tracks earned most. */
export async function topArtists(session: Session, limit = 10) {
  return session
    .query(InvoiceLine)
    .values((line) => ({
      id: line.track.album.artistId,
      artist: line.track.album.artist.name,
      lines: count(),
      revenue: sum(line.unitPrice.times(line.quantity)),
    }))
    .orderBy('-revenue', 'artist')
    .limit(limit);
}

/** What was sold of every genre. */
export async function salesByGenre(session: Session) {
  return session
    .query(InvoiceLine)
    .values((line) => ({
      genre: line.track.genre.name,
      lines: count(),
      revenue: sum(line.unitPrice.times(line.quantity)),
    }))
    .orderBy('-lines', 'genre');
}

/** What was sold to every country. */
export async function salesByCountry(session: Session) {
  return session
    .query(Invoice)
    .values((invoice) => ({ country: invoice.billingCountry, invoices: count(), total: sum(invoice.total) }))
    .orderBy('-total', 'country');
}

/** All invoices in three figures. */
export async function totals(session: Session) {
  return session.query(Invoice).aggregate((invoice) => ({
    invoices: count(),
    total: sum(invoice.total),
    largest: max(invoice.total),
  }));
}

/** The customer who spent most, with everything bought: invoices, their lines, the tracks and albums on them. */
export async function bestCustomer(session: Session) {
  const customer = await session
    .query(Customer)
    .annotate((c) => ({ spent: c.invoices.sum((invoice) => invoice.total).coalesce('0') }))
    .selectRelated('supportRep')
    .prefetchRelated('invoices.lines.track.album.artist')
    .orderBy('-spent', 'id')
    .first();
  if (customer === null) return null;
  return {
    id: customer.id,
    name: customer.fullName,
    country: customer.country,
    supportRep: customer.supportRep?.fullName ?? null,
    spent: customer.spent,
    invoices: customer.invoices.map((invoice) => ({
      id: invoice.id,
      date: invoice.invoiceDate,
      total: invoice.total,
      lines: invoice.lines.map(({ track, unitPrice, quantity }) => ({
        track: track.name,
        album: track.album?.title ?? null,
        artist: track.album?.artist.name ?? null,
        unitPrice,
        quantity,
      })),
    })),
  };
}

/** Every playlist with the number of its tracks and how long they play. */
export async function playlistSizes(session: Session) {
  return session
    .query(Playlist)
    .annotate((playlist) => ({
      trackCount: playlist.tracks.count(),
      milliseconds: playlist.tracks.sum((track) => track.milliseconds),
    }))
    .values('id', 'name', 'trackCount', 'milliseconds')
    .orderBy('-trackCount', 'id');
}

/** The customers of a country and who looks after them. */
export async function customersIn(session: Session, country: string) {
  // A manager finds the current session by itself.
  const customers = await session.run(() => Customer.inCountry(country).selectRelated('supportRep'));
  return customers.map((customer) => ({
    name: customer.fullName,
    city: customer.city,
    supportRep: customer.supportRep?.fullName ?? null,
  }));
}

/** An employee and, below, those who report to them. */
export interface StaffMember {
  readonly id: number;
  readonly name: string;
  readonly title: string | null;
  /** How many customers they look after. */
  readonly customers: number;
  readonly reports: StaffMember[];
}

/** The employees as a tree: read at once, and put together by the key of whom they report to. */
export async function staffTree(session: Session): Promise<StaffMember[]> {
  const employees = await session
    .query(Employee)
    .annotate((employee) => ({ customerCount: employee.customers.count() }))
    .orderBy('id');
  const below = (managerId: number | null): StaffMember[] =>
    employees
      .filter((employee) => employee.reportsToId === managerId)
      .map((employee) => ({
        id: employee.id,
        name: employee.fullName,
        title: employee.title,
        customers: employee.customerCount,
        reports: below(employee.id),
      }));
  return below(null);
}
