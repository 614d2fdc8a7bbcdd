/** MySQL and MariaDB: the adapter and their dialects. */
export { MySQLAdapter } from './adapters/mysql/mysql.ts';
export { MariaDBDialect } from './dialects/mysql/mariadb.ts';
export { MySQLDialect } from './dialects/mysql/mysql.ts';
