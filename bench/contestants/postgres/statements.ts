import { trackColumns } from '../statements.ts';

export * from '../statements.ts';

export const selectTrack = `SELECT ${trackColumns('')} FROM track WHERE id = $1`;

/** One array per column, whatever the number of rows: one statement to prepare, and no limit of parameters. */
export const insertTracks = `
  INSERT INTO track (name, album_id, media_type_id, genre_id, composer, milliseconds, bytes, unit_price)
  SELECT * FROM unnest($1::text[], $2::int[], $3::int[], $4::int[], $5::text[], $6::int[], $7::int[], $8::numeric[])
  RETURNING id`;

export const updateMilliseconds = `
  UPDATE track SET milliseconds = v.milliseconds
  FROM unnest($1::int[], $2::int[]) AS v (id, milliseconds) WHERE track.id = v.id`;
