import { f, index } from 'blazeorm';
import { createTable, foreignKey, migration } from 'blazeorm/schema';

export default migration({
  operations: [
    createTable(
      'artist',
      { id: f.auto(), name: f.string({ maxLength: 120, nullable: true }) },
      { indexes: [index('name')] },
    ),
    createTable(
      'album',
      { id: f.auto(), title: f.string({ maxLength: 160 }), artist_id: f.int() },
      {
        indexes: [index('artist_id')],
        constraints: [foreignKey('artist_id', 'artist', 'id', { onDelete: 'restrict' })],
      },
    ),
    createTable(
      'employee',
      {
        id: f.auto(),
        last_name: f.string({ maxLength: 20 }),
        first_name: f.string({ maxLength: 20 }),
        title: f.string({ maxLength: 30, nullable: true }),
        reports_to_id: f.int({ nullable: true }),
        birth_date: f.datetime({ nullable: true }),
        hire_date: f.datetime({ nullable: true }),
        address: f.string({ maxLength: 70, nullable: true }),
        city: f.string({ maxLength: 40, nullable: true }),
        state: f.string({ maxLength: 40, nullable: true }),
        country: f.string({ maxLength: 40, nullable: true }),
        postal_code: f.string({ maxLength: 10, nullable: true }),
        phone: f.string({ maxLength: 24, nullable: true }),
        fax: f.string({ maxLength: 24, nullable: true }),
        email: f.string({ maxLength: 60, nullable: true }),
      },
      {
        indexes: [index('reports_to_id')],
        constraints: [foreignKey('reports_to_id', 'employee', 'id', { onDelete: 'set null' })],
      },
    ),
    createTable(
      'customer',
      {
        id: f.auto(),
        first_name: f.string({ maxLength: 40 }),
        last_name: f.string({ maxLength: 20 }),
        company: f.string({ maxLength: 80, nullable: true }),
        address: f.string({ maxLength: 70, nullable: true }),
        city: f.string({ maxLength: 40, nullable: true }),
        state: f.string({ maxLength: 40, nullable: true }),
        country: f.string({ maxLength: 40, nullable: true }),
        postal_code: f.string({ maxLength: 10, nullable: true }),
        phone: f.string({ maxLength: 24, nullable: true }),
        fax: f.string({ maxLength: 24, nullable: true }),
        email: f.string({ maxLength: 60 }),
        support_rep_id: f.int({ nullable: true }),
      },
      {
        indexes: [index('support_rep_id'), index('country', 'last_name')],
        constraints: [foreignKey('support_rep_id', 'employee', 'id', { onDelete: 'set null' })],
      },
    ),
    createTable('genre', { id: f.auto(), name: f.string({ maxLength: 120, nullable: true }) }),
    createTable(
      'invoice',
      {
        id: f.auto(),
        customer_id: f.int(),
        invoice_date: f.datetime(),
        billing_address: f.string({ maxLength: 70, nullable: true }),
        billing_city: f.string({ maxLength: 40, nullable: true }),
        billing_state: f.string({ maxLength: 40, nullable: true }),
        billing_country: f.string({ maxLength: 40, nullable: true }),
        billing_postal_code: f.string({ maxLength: 10, nullable: true }),
        total: f.decimal({ precision: 10, scale: 2 }),
      },
      {
        indexes: [index('customer_id', '-invoice_date')],
        constraints: [foreignKey('customer_id', 'customer', 'id', { onDelete: 'restrict' })],
      },
    ),
    createTable('media_type', { id: f.auto(), name: f.string({ maxLength: 120, nullable: true }) }),
    createTable(
      'track',
      {
        id: f.auto(),
        name: f.string({ maxLength: 200 }),
        album_id: f.int({ nullable: true }),
        media_type_id: f.int(),
        genre_id: f.int({ nullable: true }),
        composer: f.string({ maxLength: 220, nullable: true }),
        milliseconds: f.int(),
        bytes: f.int({ nullable: true }),
        unit_price: f.decimal({ precision: 10, scale: 2 }),
      },
      {
        indexes: [index('album_id'), index('media_type_id'), index('genre_id')],
        constraints: [
          foreignKey('album_id', 'album', 'id', { onDelete: 'set null' }),
          foreignKey('media_type_id', 'media_type', 'id', { onDelete: 'restrict' }),
          foreignKey('genre_id', 'genre', 'id', { onDelete: 'set null' }),
        ],
      },
    ),
    createTable(
      'invoice_line',
      {
        id: f.auto(),
        invoice_id: f.int(),
        track_id: f.int(),
        unit_price: f.decimal({ precision: 10, scale: 2 }),
        quantity: f.int(),
      },
      {
        indexes: [index('invoice_id'), index('track_id')],
        constraints: [
          foreignKey('invoice_id', 'invoice', 'id', { onDelete: 'cascade' }),
          foreignKey('track_id', 'track', 'id', { onDelete: 'restrict' }),
        ],
      },
    ),
    createTable('playlist', { id: f.auto(), name: f.string({ maxLength: 120, nullable: true }) }),
    createTable(
      'playlist_track',
      { playlist_id: f.int(), track_id: f.int() },
      {
        primaryKey: ['playlist_id', 'track_id'],
        indexes: [index('track_id')],
        constraints: [
          foreignKey('playlist_id', 'playlist', 'id', { onDelete: 'cascade' }),
          foreignKey('track_id', 'track', 'id', { onDelete: 'cascade' }),
        ],
      },
    ),
  ],
});
