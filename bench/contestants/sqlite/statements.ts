import { trackColumns } from '../statements.ts';

export * from '../statements.ts';

export const selectTrack = `SELECT ${trackColumns('')} FROM track WHERE id = ?`;

export const insertTrack = `
  INSERT INTO track (name, album_id, media_type_id, genre_id, composer, milliseconds, bytes, unit_price)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?)`;

export const updateMilliseconds = 'UPDATE track SET milliseconds = ? WHERE id = ?';
