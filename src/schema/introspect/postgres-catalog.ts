/** The queries on PostgreSQL's catalog. The one parameter is a schema, or NULL for the one in which the connection looks. */

const SCHEMA = '(SELECT oid FROM pg_namespace WHERE nspname = coalesce($1::text, current_schema()))';

/** Tables, views and their like; no partitions, whose table is told, and nothing that an extension brought. */
const RELATION = `c.relnamespace = ${SCHEMA} AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
  AND NOT EXISTS (SELECT FROM pg_depend AS e WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e')`;

/** The names of columns by their numbers, in that order, as JSON. */
const names = (table: string, numbers: string): string =>
  `to_json(ARRAY(SELECT a.attname::text FROM unnest(${numbers}) WITH ORDINALITY AS n(number, i)
    JOIN pg_attribute AS a ON a.attrelid = ${table} AND a.attnum = n.number ORDER BY n.i))::text`;

export const RELATIONS = `SELECT c.relname::text, c.relkind::text, obj_description(c.oid, 'pg_class'),
    CASE WHEN c.relkind = 'v' THEN pg_get_viewdef(c.oid) END, c.relrowsecurity, c.relpersistence = 'u',
    EXISTS (SELECT FROM pg_inherits AS h WHERE h.inhrelid = c.oid),
    to_json(ARRAY(SELECT t.tgname::text FROM pg_trigger AS t WHERE t.tgrelid = c.oid AND NOT t.tgisinternal ORDER BY t.tgname))::text,
    to_json(ARRAY(SELECT r.rulename::text FROM pg_rewrite AS r WHERE r.ev_class = c.oid AND r.rulename <> '_RETURN' ORDER BY r.rulename))::text
  FROM pg_class AS c WHERE ${RELATION} ORDER BY c.relname`;

export const COLUMNS = `SELECT c.relname::text, a.attname::text, format_type(a.atttypid, a.atttypmod), a.attnotnull,
    a.attidentity::text, a.attgenerated::text, pg_get_expr(d.adbin, d.adrelid), col_description(c.oid, a.attnum),
    CASE WHEN a.attcollation <> t.typcollation THEN (SELECT l.collname::text FROM pg_collation AS l WHERE l.oid = a.attcollation) END
  FROM pg_class AS c
  JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  JOIN pg_type AS t ON t.oid = a.atttypid
  LEFT JOIN pg_attrdef AS d ON d.adrelid = c.oid AND d.adnum = a.attnum
  WHERE ${RELATION} ORDER BY c.relname, a.attnum`;

/** Keys, foreign keys, checks and exclusions; unique constraints are told by their indexes. */
export const CONSTRAINTS = `SELECT c.relname::text, o.conname::text, o.contype::text, ${names('o.conrelid', 'o.conkey')},
    pg_get_expr(o.conbin, o.conrelid),
    CASE WHEN f.relnamespace <> c.relnamespace THEN s.nspname::text END, f.relname::text, ${names('o.confrelid', 'o.confkey')},
    o.confdeltype::text, o.confupdtype::text, o.condeferrable
  FROM pg_class AS c
  JOIN pg_constraint AS o ON o.conrelid = c.oid AND o.contype IN ('p', 'f', 'c', 'x')
  LEFT JOIN pg_class AS f ON f.oid = o.confrelid
  LEFT JOIN pg_namespace AS s ON s.oid = f.relnamespace
  WHERE ${RELATION} ORDER BY c.relname, o.conname`;

/** Indexes but those of keys, each with its parts, and with what is odd in it. */
export const INDEXES = `SELECT c.relname::text, i.relname::text, x.indisunique, m.amname::text, pg_get_expr(x.indpred, x.indrelid),
    (SELECT json_agg(json_build_object('column', a.attname, 'sql', pg_get_indexdef(x.indexrelid, n.i::int, false),
        'options', x.indoption[n.i - 1], 'plain', p.opcdefault AND (x.indcollation[n.i - 1] = 0
          OR x.indcollation[n.i - 1] = coalesce(a.attcollation, x.indcollation[n.i - 1]))) ORDER BY n.i)
      FROM generate_series(1, x.indnkeyatts::int) AS n(i)
      LEFT JOIN pg_attribute AS a ON a.attrelid = x.indrelid AND a.attnum = x.indkey[n.i - 1] AND a.attnum > 0
      JOIN pg_opclass AS p ON p.oid = x.indclass[n.i - 1])::text,
    CASE WHEN x.indnatts > x.indnkeyatts THEN 'INCLUDE' WHEN x.indnullsnotdistinct THEN 'NULLS NOT DISTINCT'
      WHEN NOT x.indisvalid THEN 'it is not valid'
      WHEN NOT x.indimmediate THEN 'deferrable' END
  FROM pg_class AS c
  JOIN pg_index AS x ON x.indrelid = c.oid AND NOT x.indisprimary AND NOT x.indisexclusion
  JOIN pg_class AS i ON i.oid = x.indexrelid
  JOIN pg_am AS m ON m.oid = i.relam
  WHERE ${RELATION} ORDER BY c.relname, i.relname`;

/**
 * Types that are not the server's own: enumerated ones with their texts, domains with what they are made of, those that an extension
 * brought with its name; of all schemas, since tables may use them.
 */
export const TYPES = `SELECT format_type(t.oid, NULL),
    CASE WHEN t.typtype = 'd' THEN format_type(t.typbasetype, t.typtypmod) END,
    CASE WHEN t.typtype = 'e' THEN (SELECT json_agg(e.enumlabel ORDER BY e.enumsortorder) FROM pg_enum AS e WHERE e.enumtypid = t.oid)::text END,
    (SELECT x.extname::text FROM pg_depend AS d JOIN pg_extension AS x ON x.oid = d.refobjid AND d.refclassid = 'pg_extension'::regclass
      WHERE d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e')
  FROM pg_type AS t JOIN pg_namespace AS n ON n.oid = t.typnamespace
  LEFT JOIN pg_class AS c ON c.oid = t.typrelid
  WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') AND t.typcategory <> 'A' AND coalesce(c.relkind, 'c') = 'c'`;
