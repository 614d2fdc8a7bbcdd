import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import { ConfigError } from '../utils/errors.ts';
import type { ConnectionConfig } from './config.ts';

/**
 * What Node needs for TLS as the configuration asks for it, files read; undefined without TLS. The result holds the key.
 *
 * @param host The host that is connected to, whose name the certificate has to have. Needed where there are several.
 * @throws ConfigError for a file that cannot be read or holds no PEM.
 */
export async function tlsOptions(config: ConnectionConfig, host?: string): Promise<ConnectionOptions | undefined> {
  const { tls, tlsCa, tlsCert, tlsServerName } = config.server;
  if (tls === 'disable') return undefined;
  const [ca, cert, key] = await Promise.all([
    pem('tlsCa', tlsCa),
    pem('tlsCert', tlsCert),
    pem('tlsKey', config.tlsKey()),
  ]);
  return {
    ...serverName(tlsServerName ?? host ?? onlyHost(config)),
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    rejectUnauthorized: tls !== 'require',
    ...(tls === 'verify-full' ? {} : { checkServerIdentity: () => undefined }),
  };
}

/** Node checks the certificate against it; the name of a server is never an address. */
function serverName(name: string | undefined): ConnectionOptions {
  if (name === undefined) return {};
  return isIP(name) === 0 ? { servername: name } : { host: name };
}

function onlyHost({ hosts }: ConnectionConfig): string | undefined {
  const [first] = hosts;
  return hosts.length === 1 && first !== undefined && 'host' in first ? first.host : undefined;
}

/** The text itself, or what is in the file of that name. */
async function pem(option: string, value: string | undefined): Promise<string | undefined> {
  if (value === undefined || value.includes('-----BEGIN ')) return value;
  let text: string;
  try {
    text = await readFile(value, 'utf8');
  } catch (error) {
    // The driver's error names the file, which may be the key itself if somebody gave it in another form.
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new ConfigError(`The file of the option '${option}' could not be read (${code}).`, {
      field: option,
      remedy: 'Give the path of a file, or its text in PEM.',
    });
  }
  if (text.includes('-----BEGIN ')) return text;
  throw new ConfigError(`The file of the option '${option}' is not in PEM.`, {
    field: option,
    remedy: "It has to have a line '-----BEGIN …-----'.",
  });
}
