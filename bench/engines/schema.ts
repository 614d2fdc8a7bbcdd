export interface ColumnTypes {
  /** A key that the database generates. */
  readonly id: string;
  readonly decimal: string;
  readonly timestamp: string;
}

/**
 * The tables by hand, for a run without BlazeORM, which otherwise creates them from `models.ts`. The types that an
 * engine names are those that BlazeORM uses there. Foreign keys stand by themselves: beside a column MySQL ignores them.
 */
export const schema = ({ id, decimal, timestamp }: ColumnTypes): string => `
  CREATE TABLE artist (id ${id}, name TEXT);
  CREATE TABLE album (
    id ${id}, title TEXT NOT NULL,
    artist_id INTEGER NOT NULL,
    FOREIGN KEY (artist_id) REFERENCES artist (id)
  );
  CREATE TABLE genre (id ${id}, name TEXT);
  CREATE TABLE media_type (id ${id}, name TEXT);
  CREATE TABLE track (
    id ${id}, name TEXT NOT NULL,
    album_id INTEGER,
    media_type_id INTEGER NOT NULL,
    genre_id INTEGER,
    composer TEXT, milliseconds INTEGER NOT NULL, bytes INTEGER, unit_price ${decimal} NOT NULL,
    FOREIGN KEY (album_id) REFERENCES album (id),
    FOREIGN KEY (media_type_id) REFERENCES media_type (id),
    FOREIGN KEY (genre_id) REFERENCES genre (id)
  );
  CREATE TABLE playlist (id ${id}, name TEXT);
  CREATE TABLE playlist_track (
    playlist_id INTEGER NOT NULL,
    track_id INTEGER NOT NULL,
    PRIMARY KEY (playlist_id, track_id),
    FOREIGN KEY (playlist_id) REFERENCES playlist (id),
    FOREIGN KEY (track_id) REFERENCES track (id)
  );
  CREATE TABLE employee (
    id ${id}, last_name TEXT NOT NULL, first_name TEXT NOT NULL, title TEXT,
    reports_to_id INTEGER,
    birth_date ${timestamp}, hire_date ${timestamp}, address TEXT, city TEXT, state TEXT, country TEXT, postal_code TEXT,
    phone TEXT, fax TEXT, email TEXT,
    FOREIGN KEY (reports_to_id) REFERENCES employee (id)
  );
  CREATE TABLE customer (
    id ${id}, first_name TEXT NOT NULL, last_name TEXT NOT NULL, company TEXT,
    address TEXT, city TEXT, state TEXT, country TEXT, postal_code TEXT, phone TEXT, fax TEXT,
    email TEXT NOT NULL, support_rep_id INTEGER,
    FOREIGN KEY (support_rep_id) REFERENCES employee (id)
  );
  CREATE TABLE invoice (
    id ${id}, customer_id INTEGER NOT NULL,
    invoice_date ${timestamp} NOT NULL, billing_address TEXT, billing_city TEXT, billing_state TEXT,
    billing_country TEXT, billing_postal_code TEXT, total ${decimal} NOT NULL,
    FOREIGN KEY (customer_id) REFERENCES customer (id)
  );
  CREATE TABLE invoice_line (
    id ${id}, invoice_id INTEGER NOT NULL,
    track_id INTEGER NOT NULL, unit_price ${decimal} NOT NULL, quantity INTEGER NOT NULL,
    FOREIGN KEY (invoice_id) REFERENCES invoice (id),
    FOREIGN KEY (track_id) REFERENCES track (id)
  );
  CREATE INDEX album_artist ON album (artist_id);
  CREATE INDEX track_album ON track (album_id);
  CREATE INDEX track_media_type ON track (media_type_id);
  CREATE INDEX track_genre ON track (genre_id);
  CREATE INDEX playlist_track_track ON playlist_track (track_id);
  CREATE INDEX customer_support_rep ON customer (support_rep_id);
  CREATE INDEX invoice_customer ON invoice (customer_id);
  CREATE INDEX invoice_line_invoice ON invoice_line (invoice_id);
  CREATE INDEX invoice_line_track ON invoice_line (track_id);
`;
