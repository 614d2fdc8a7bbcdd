/** Getting servers: those that are given, those of the project's script, or the same in containers. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';

import { root, runCommand } from '../../scripts/support/run.ts';
import { givenBy, namesOf, serverVariables } from './services.ts';
import type { Environment, ServerName, ServerUrls } from './services.ts';

/** Servers that a source has, and why it lacks the others. */
export interface Servers {
  readonly urls: ServerUrls;
  readonly missing: Partial<Record<ServerName, string>>;
  /** Ends what was started for this, and nothing else. */
  readonly end: () => Promise<void>;
}

/**
 * Gets the servers: those that `BLAZE_TEST_<NAME>_URL` gives, the others from the project's script, and what that one
 * can't bring from Docker, where there is one.
 */
export async function startServers(names: readonly ServerName[], environment: Environment): Promise<Servers> {
  const given = await givenServers(names, environment);
  const others = names.filter((name) => !(name in given.urls || name in given.missing));
  const script = await fromScript(others, environment);
  const docker = await fromDocker(namesOf(script.missing));
  return {
    urls: { ...given.urls, ...script.urls, ...docker.urls },
    missing: { ...given.missing, ...without(script.missing, docker.urls), ...docker.missing },
    end: async () => {
      await Promise.all([script.end(), docker.end()]);
    },
  };
}

const nothing: Servers = { urls: {}, missing: {}, end: () => Promise.resolve() };

const allMissing = (names: readonly ServerName[], reason: string): Servers => ({
  ...nothing,
  missing: Object.fromEntries(names.map((name) => [name, reason])),
});

async function givenServers(names: readonly ServerName[], environment: Environment): Promise<Omit<Servers, 'end'>> {
  const urls: ServerUrls = {};
  const missing: Servers['missing'] = {};
  for (const name of names) {
    const url = environment[givenBy(name)] ?? '';
    if (url === '') continue;
    if (await answers(url)) urls[name] = url;
    else missing[name] = `nothing answers at the address in ${givenBy(name)}`;
  }
  return { urls, missing };
}

const usualPorts: Readonly<Record<string, number>> = { 'mysql:': 3306, 'mariadb:': 3306, 'redis:': 6379 };

/** Does something listen at the address, or at the first one of several? */
function answers(url: string): Promise<boolean> {
  const first = url.replace(/(@[^,/?]*),[^/?]*/, '$1');
  if (!URL.canParse(first)) return Promise.resolve(false);
  const { protocol, hostname, port } = new URL(first);
  const host = hostname.replace(/^\[|\]$/g, '');
  return new Promise((resolve) => {
    const socket = connect({ host, port: Number(port) || (usualPorts[protocol] ?? 5432), timeout: 10_000 });
    const done = (answer: boolean) => (): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', done(true)).once('timeout', done(false)).once('error', done(false));
  });
}

const without = (missing: Servers['missing'], found: ServerUrls): Servers['missing'] =>
  Object.fromEntries(Object.entries(missing).filter(([name]) => !(name in found)));

/**
 * Servers that `scripts/services.sh` runs already or starts. It holds them until its input closes, which happens even
 * if this process is killed.
 */
async function fromScript(names: readonly ServerName[], environment: Environment): Promise<Servers> {
  if (names.length === 0) return nothing;
  if (process.platform !== 'linux') return allMissing(names, 'scripts/services.sh needs Linux');
  const child = spawn('bash', [join(root, 'scripts/services.sh'), 'hold', ...names], {
    cwd: root,
    env: { ...environment },
  });
  const ended = once(child, 'close');
  let output = '';
  let said = '';
  let ready = false;
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    said += chunk;
    // What it says at the end would come after the line that closes the run.
    if (!ready) process.stderr.write(chunk);
  });
  const isReady = new Promise<void>((resolve) => {
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
      if (/^ready$/m.test(output)) resolve();
    });
  });
  try {
    await Promise.race([isReady, ended]);
  } catch (error) {
    return allMissing(names, `bash does not start: ${String(error)}`);
  }
  ready = true;

  const urls = urlsIn(output, names);
  const absent = names.filter((name) => !(name in urls));
  return {
    urls,
    missing: Object.fromEntries(absent.map((name) => [name, reasonIn(said, name)])),
    end: async () => {
      child.stdin.end();
      await ended;
    },
  };
}

/** The addresses in lines such as `export POSTGRES_URL='…'`. */
function urlsIn(output: string, names: readonly ServerName[]): ServerUrls {
  const urls: ServerUrls = {};
  for (const name of names) {
    const url = new RegExp(`^export ${serverVariables[name]}='(.*)'$`, 'm').exec(output)?.[1];
    if (url !== undefined) urls[name] = url;
  }
  return urls;
}

/** The first thing that the script said about a server; what came of it is in its later lines. */
function reasonIn(said: string, name: ServerName): string {
  const lines = said.split('\n').map((line) => line.replace(/^services: /, '').replace(/; the end of .*:$/, ''));
  return lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2) ?? lines[0] ?? '';
}

/** Where `scripts/docker-compose.yml` puts its servers. It has no replica and no cluster. */
const inContainers: ServerUrls = {
  postgres: 'postgres://orm:orm@127.0.0.1:54329/orm',
  postgres15: 'postgres://orm:orm@127.0.0.1:54331/orm',
  mysql: 'mysql://orm:orm@127.0.0.1:33069/orm',
  mariadb: 'mysql://orm:orm@127.0.0.1:33079/orm',
  redis: 'redis://127.0.0.1:63799',
  pgbouncer: 'postgres://orm:orm@127.0.0.1:64329/orm',
};

const compose = (...args: string[]): Promise<{ code: number; output: string }> =>
  runCommand('docker', ['compose', '-f', 'scripts/docker-compose.yml', ...args]).catch((error: unknown) => ({
    code: 1,
    output: String(error),
  }));

const runningContainers = async (): Promise<ServerName[]> => {
  const { output } = await compose('ps', '--services', '--status', 'running');
  const lines = output.split('\n').map((line) => line.trim());
  return namesOf(inContainers).filter((name) => lines.includes(name));
};

/** Servers in containers, where Docker has its `compose`; without it this adds nothing to what is known. */
async function fromDocker(names: readonly ServerName[]): Promise<Servers> {
  const wanted = names.filter((name) => name in inContainers);
  if (wanted.length === 0 || (await compose('version')).code !== 0) return nothing;
  process.stderr.write(`services: ${wanted.join(', ')}: trying Docker\n`);
  const before = await runningContainers();
  const { code, output } = await compose('up', '-d', '--wait', ...wanted);
  const started = (await runningContainers()).filter((name) => !before.includes(name));
  const end = async (): Promise<void> => {
    if (started.length > 0) await compose('rm', '--stop', '--force', '--volumes', ...started);
  };
  if (code !== 0) return { ...allMissing(wanted, `Docker: ${output.trim().split('\n').at(-1) ?? ''}`), end };
  return { urls: Object.fromEntries(wanted.map((name) => [name, inContainers[name]])), missing: {}, end };
}
