/** The SQL that the hand-written contestants of every engine share: `raw` reads it as objects, `arrays` by position. */

export const trackColumns = (prefix: string): string =>
  ['id', 'name', 'album_id', 'media_type_id', 'genre_id', 'composer', 'milliseconds', 'bytes', 'unit_price']
    .map((column) => `${prefix}${column}`)
    .join(', ');

export const selectTracks = `SELECT ${trackColumns('')} FROM track ORDER BY id`;

export const selectFirstTracks = `SELECT ${trackColumns('')} FROM track ORDER BY id LIMIT 1000`;

export const selectTracksWithOnes = `
  SELECT ${trackColumns('t.')}, al.title AS album_title, al.artist_id, ar.name AS artist_name,
    g.name AS genre_name, m.name AS media_type_name
  FROM track t
  LEFT JOIN album al ON al.id = t.album_id
  LEFT JOIN artist ar ON ar.id = al.artist_id
  LEFT JOIN genre g ON g.id = t.genre_id
  JOIN media_type m ON m.id = t.media_type_id
  ORDER BY t.id LIMIT 1000`;

export const selectInvoicesWithCustomer = `
  SELECT i.id, i.customer_id, i.invoice_date, i.billing_address, i.billing_city, i.billing_state, i.billing_country,
    i.billing_postal_code, i.total, c.first_name, c.last_name, c.company, c.address, c.city, c.state, c.country,
    c.postal_code, c.phone, c.fax, c.email, c.support_rep_id
  FROM invoice i JOIN customer c ON c.id = i.customer_id
  ORDER BY i.id`;

export const selectLinesWithTrack = `
  SELECT l.id, l.invoice_id, l.track_id, l.unit_price, l.quantity, t.name, t.album_id, t.media_type_id, t.genre_id,
    t.composer, t.milliseconds, t.bytes, t.unit_price AS track_unit_price
  FROM invoice_line l JOIN track t ON t.id = l.track_id`;

export const selectPlaylists = 'SELECT id, name FROM playlist ORDER BY id';

export const selectLinks = 'SELECT playlist_id, track_id FROM playlist_track';

export const selectLinkedTracks = `SELECT ${trackColumns('')} FROM track WHERE id IN (SELECT track_id FROM playlist_track)`;

/** A track by position, in the order of `trackColumns`. */
export type TrackArray = [
  id: number,
  name: string,
  albumId: number,
  mediaTypeId: number,
  genreId: number,
  composer: string | null,
  milliseconds: number,
  bytes: number,
  unitPrice: string,
];

/** In the order of `selectTracksWithOnes`. */
export type TrackWithOnesArray = [
  ...TrackArray,
  albumTitle: string,
  artistId: number,
  artistName: string,
  genreName: string,
  mediaTypeName: string,
];
