const SHOWN = new Set(
  [
    'host port user password dbname database socket socketPath',
    // SQLite
    'busyTimeout acquireTimeout readOnly driver journalMode synchronous',
    // servers
    'poolSize connectTimeout idleTimeout maxLifetime statementTimeout lockTimeout applicationName prepare pooler pipeline',
    'tls tlsCa tlsCert tlsKey tlsServerName',
    // other drivers' names for them
    'ssl sslmode ssl-mode sslrootcert sslcert sslkey connect_timeout application_name pgbouncer',
    // well known, and not taken
    'charset channel_binding hostaddr key options schema service sslpassword target_session_attrs timezone',
  ].flatMap((names) => names.split(' ')),
);

/**
 * Whether the name of an option says nothing but what it is. Of any other nobody knows whether it is a name at all: in
 * `?password=a&b=c` it may be the end of a password whose `&` was not escaped.
 */
export function mayShowName(name: string): boolean {
  return SHOWN.has(name);
}
