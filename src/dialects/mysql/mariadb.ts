import type { DialectId } from '../dialect.ts';
import type { DialectFeatures } from '../features.ts';
import { MySQLDialect } from './mysql.ts';
import type { TypeContext } from './types.ts';

/** MariaDB 10.11 and later. */
export class MariaDBDialect extends MySQLDialect {
  override readonly name: string = 'MariaDB';
  override readonly id: DialectId = 'mariadb';
  override readonly features: DialectFeatures = Object.freeze({
    ...new MySQLDialect().features,
    returning: true,
    neighbourDefaults: false,
    unsortedWindows: false,
    joinedRows: 50,
    outerInTables: false,
    // https://mariadb.com/kb/en/generated-columns/: an index on a generated column takes their place.
    computedIndexes: false,
    explain: {
      text: { plan: 'EXPLAIN', analyze: 'ANALYZE' },
      json: { plan: 'EXPLAIN FORMAT=JSON', analyze: 'ANALYZE FORMAT=JSON' },
    },
    rowLocks: { share: 'LOCK IN SHARE MODE', tables: false, outer: true },
  });
  override readonly types: TypeContext = { name: 'MariaDB', collation: 'utf8mb4_nopad_bin', jsonType: false };

  override readonly joinsOnWrite = true;

  protected override again(schema: string): MariaDBDialect {
    return new MariaDBDialect(schema, this);
  }

  override regex(subject: string, pattern: string, insensitive: boolean): string {
    return `${subject} REGEXP CONCAT('${insensitive ? '(?i)' : '(?-i)'}', ${pattern})`;
  }

  override withoutKeyChecks(sql: string): string[] {
    return [`SET STATEMENT foreign_key_checks = 0 FOR ${sql}`];
  }

  override shareLock(): string {
    return ' LOCK IN SHARE MODE';
  }
}
