/**
 * The tables by hand, for a run without BlazeORM, which otherwise creates them from `models.ts`. Decimals and
 * timestamps are text, as BlazeORM stores them on SQLite.
 */
export const sqliteSchema = `
  CREATE TABLE artist (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT);
  CREATE TABLE album (
    id INTEGER PRIMARY KEY AUTOINCREMENT, title TEXT NOT NULL,
    artist_id INTEGER NOT NULL REFERENCES artist (id)
  );
  CREATE TABLE genre (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT);
  CREATE TABLE media_type (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT);
  CREATE TABLE track (
    id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL,
    album_id INTEGER REFERENCES album (id),
    media_type_id INTEGER NOT NULL REFERENCES media_type (id),
    genre_id INTEGER REFERENCES genre (id),
    composer TEXT, milliseconds INTEGER NOT NULL, bytes INTEGER, unit_price TEXT NOT NULL
  );
  CREATE TABLE playlist (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT);
  CREATE TABLE playlist_track (
    playlist_id INTEGER NOT NULL REFERENCES playlist (id),
    track_id INTEGER NOT NULL REFERENCES track (id),
    PRIMARY KEY (playlist_id, track_id)
  );
  CREATE TABLE employee (
    id INTEGER PRIMARY KEY AUTOINCREMENT, last_name TEXT NOT NULL, first_name TEXT NOT NULL, title TEXT,
    reports_to_id INTEGER REFERENCES employee (id),
    birth_date TEXT, hire_date TEXT, address TEXT, city TEXT, state TEXT, country TEXT, postal_code TEXT,
    phone TEXT, fax TEXT, email TEXT
  );
  CREATE TABLE customer (
    id INTEGER PRIMARY KEY AUTOINCREMENT, first_name TEXT NOT NULL, last_name TEXT NOT NULL, company TEXT,
    address TEXT, city TEXT, state TEXT, country TEXT, postal_code TEXT, phone TEXT, fax TEXT,
    email TEXT NOT NULL, support_rep_id INTEGER REFERENCES employee (id)
  );
  CREATE TABLE invoice (
    id INTEGER PRIMARY KEY AUTOINCREMENT, customer_id INTEGER NOT NULL REFERENCES customer (id),
    invoice_date TEXT NOT NULL, billing_address TEXT, billing_city TEXT, billing_state TEXT,
    billing_country TEXT, billing_postal_code TEXT, total TEXT NOT NULL
  );
  CREATE TABLE invoice_line (
    id INTEGER PRIMARY KEY AUTOINCREMENT, invoice_id INTEGER NOT NULL REFERENCES invoice (id),
    track_id INTEGER NOT NULL REFERENCES track (id), unit_price TEXT NOT NULL, quantity INTEGER NOT NULL
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
