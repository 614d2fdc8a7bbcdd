/** The queries on `information_schema`. Their one parameter is a database, or NULL for the one in which the connection looks. */
export function catalogOf(
  isMaria: boolean,
): Readonly<Record<'tables' | 'columns' | 'indexes' | 'foreignKeys' | 'checks' | 'views' | 'triggers', string>> {
  const here = (column: string): string => `${column} = COALESCE(?, DATABASE())`;
  return {
    tables: `SELECT table_name, table_comment, table_schema, table_type, engine, create_options FROM information_schema.tables
      WHERE ${here('table_schema')} AND table_type IN ('BASE TABLE', 'SYSTEM VERSIONED', 'SEQUENCE') ORDER BY table_name`,
    columns: `SELECT table_name, column_name, column_type, collation_name, is_nullable, column_default, extra,
        generation_expression, column_comment
      FROM information_schema.columns WHERE ${here('table_schema')} ORDER BY table_name, ordinal_position`,
    indexes: `SELECT table_name, index_name, non_unique, column_name, collation, sub_part, index_type, ${isMaria ? 'NULL' : 'expression'}
      FROM information_schema.statistics WHERE ${here('table_schema')} ORDER BY table_name, index_name, seq_in_index`,
    foreignKeys: `SELECT k.table_name, k.constraint_name, k.column_name,
        IF(k.referenced_table_schema = k.table_schema, NULL, k.referenced_table_schema), k.referenced_table_name,
        k.referenced_column_name, r.delete_rule, r.update_rule
      FROM information_schema.key_column_usage AS k
      JOIN information_schema.referential_constraints AS r ON r.constraint_schema = k.constraint_schema
        AND r.constraint_name = k.constraint_name AND r.table_name = k.table_name
      WHERE ${here('k.table_schema')} AND k.referenced_table_name IS NOT NULL
      ORDER BY k.table_name, k.constraint_name, k.ordinal_position`,
    checks: isMaria
      ? `SELECT table_name, constraint_name, check_clause, level FROM information_schema.check_constraints
        WHERE ${here('constraint_schema')} ORDER BY table_name, constraint_name`
      : `SELECT t.table_name, t.constraint_name, c.check_clause, t.enforced
        FROM information_schema.table_constraints AS t
        JOIN information_schema.check_constraints AS c ON c.constraint_schema = t.constraint_schema
          AND c.constraint_name = t.constraint_name
        WHERE t.constraint_type = 'CHECK' AND ${here('t.constraint_schema')} ORDER BY t.table_name, t.constraint_name`,
    views: `SELECT table_name, view_definition, table_schema FROM information_schema.views
      WHERE ${here('table_schema')} ORDER BY table_name`,
    triggers: `SELECT event_object_table, trigger_name FROM information_schema.triggers
      WHERE ${here('trigger_schema')} ORDER BY event_object_table, trigger_name`,
  };
}
