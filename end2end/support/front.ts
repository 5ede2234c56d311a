/**
 * A real proxy before the server, as a site has one: nginx, Caddy or Apache, with TLS and
 * HTTP/2, as `deploy/` sets them up. VIEW_COUNTER_THROUGH names it, and then all
 * pages of all tests come through it; `make proxy-tests` does that.
 */

import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { connect } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { freePort, kill, killWithThisProcess } from './child-process';

/** The proxies that there are files for. */
export type Kind = 'nginx' | 'caddy' | 'apache';

/** The one before all servers of this run, if there is one. */
export const THROUGH = process.env['VIEW_COUNTER_THROUGH'] as Kind | undefined;

/** Where Debian has Apache's modules. */
const APACHE_MODULES = '/usr/lib/apache2/modules';
/** All are up within a second, on a machine that has nothing else to do. */
const START_MS = 20_000;
/** How often a port may turn out to be taken when the proxy comes to it. */
const TRIES = 3;

/** A proxy that was started, and the file of the authority behind its certificate. */
interface Started {
  child: ChildProcess;
  authority: string;
}

/** What somebody changes in a file of `deploy/`. */
type Edit = (text: string) => string;

const deploy = (name: string) => fileURLToPath(new URL(`../../deploy/${name}`, import.meta.url));

export class Front {
  /** Where readers find the site: `https://localhost:40000`. */
  readonly url: string;
  readonly #child: ChildProcess;
  readonly #end: NodeJS.Signals;

  private constructor(port: number, child: ChildProcess, end: NodeJS.Signals) {
    this.url = `https://localhost:${port}`;
    this.#child = child;
    this.#end = end;
  }

  /**
   * One before the server on this port of this machine. What it writes is in `folder`.
   *
   * @param edit What somebody changes in the file of `deploy/`.
   */
  static async before(kind: Kind, server: number, folder: string, edit?: Edit): Promise<Front> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await Front.#before(kind, server, folder, edit);
      } catch (error) {
        if (tries === TRIES || !/address already in use/i.test(String(error))) throw error;
      }
    }
  }

  static async #before(
    kind: Kind,
    server: number,
    folder: string,
    edit: Edit = (text) => text,
  ): Promise<Front> {
    const port = await freePort();
    const started = await START[kind](port, `127.0.0.1:${server}`, folder, edit);
    const { child } = started;
    const log: Buffer[] = [];
    child.stderr?.on('data', (chunk: Buffer) => log.push(chunk));
    killWithThisProcess(child, END[kind]);
    const front = new Front(port, child, END[kind]);
    try {
      await answering(port, started);
    } catch (error) {
      await front.close();
      throw new Error(`${kind} did not start: ${String(error)}\n${Buffer.concat(log).toString()}`);
    }
    return front;
  }

  async close(): Promise<void> {
    // Its readers are gone, and nobody waits for the rest.
    await kill(this.#child, this.#end);
  }
}

/** Makes a certificate for `localhost` in this folder; the paths of it and of its key. */
function selfSigned(folder: string): { certificate: string; key: string } {
  const certificate = path.join(folder, 'certificate.pem');
  const key = path.join(folder, 'key.pem');
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  const files = ['-keyout', key, '-out', certificate];
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
      .concat(['-days', '2'], subject, files),
    { stdio: 'ignore' },
  );
  return { certificate, key };
}

async function nginx(port: number, server: string, folder: string, edit: Edit): Promise<Started> {
  const { certificate, key } = selfSigned(folder);
  const letsencrypt = '/etc/letsencrypt/live/blog.example';
  const site = replaced(edit(await readFile(deploy('nginx.conf'), 'utf8')), [
    // What answers on port 80 only sends away.
    [/server \{\n  listen 80;[^}]*\}\n/, ''],
    [/listen 443 ssl http2;\n  listen \[::\]:443 ssl http2;/, `listen 127.0.0.1:${port} ssl http2;`],
    [/server_name blog\.example;/, 'server_name localhost;'],
    [`${letsencrypt}/fullchain.pem`, certificate],
    [`${letsencrypt}/privkey.pem`, key],
    ['server 127.0.0.1:3000;', `server ${server};`],
  ]);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${path.join(folder, name)};`)
    .join('\n');
  const configuration = path.join(folder, 'nginx.conf');
  // One process: nobody is left over when it is killed.
  await writeFile(
    configuration,
    `daemon off;
    master_process off;
    pid ${path.join(folder, 'nginx.pid')};
    error_log stderr error;
    events { worker_connections 512; }
    http {
      ${temporary}
      ${site}
    }`,
  );
  const arguments_ = ['-p', folder, '-e', 'stderr', '-c', configuration];
  const child = spawn('nginx', arguments_, {
    env: { PATH: `${process.env['PATH']}:/usr/sbin` },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  return { child, authority: certificate };
}

async function caddy(port: number, server: string, folder: string, edit: Edit): Promise<Started> {
  const configuration = path.join(folder, 'Caddyfile');
  const site = edit(await readFile(deploy('Caddyfile'), 'utf8'));
  // Its own authority, trusted by nobody; and no port that is not asked for.
  const options = `{
    admin off
    auto_https disable_redirects
    default_bind 127.0.0.1
    local_certs
    skip_install_trust
  }`;
  await writeFile(configuration, `${options}\n${site}`);
  const data = path.join(folder, 'caddy');
  await mkdir(data, { recursive: true });
  const child = spawn('caddy', ['run', '--adapter', 'caddyfile', '--config', configuration], {
    env: {
      PATH: process.env['PATH'],
      HOME: folder,
      XDG_DATA_HOME: data,
      XDG_CONFIG_HOME: data,
      SITE: `https://localhost:${port}`,
      UPSTREAM: server,
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  return { child, authority: path.join(data, 'caddy/pki/authorities/local/root.crt') };
}

async function apache(port: number, server: string, folder: string, edit: Edit): Promise<Started> {
  const { certificate, key } = selfSigned(folder);
  const letsencrypt = '/etc/letsencrypt/live/blog.example';
  const site = replaced(edit(await readFile(deploy('apache.conf'), 'utf8')), [
    // What answers on port 80 only sends away.
    [/<VirtualHost \*:80>[^]*?<\/VirtualHost>\n/, ''],
    ['*:443', `127.0.0.1:${port}`],
    ['ServerName blog.example', 'ServerName localhost'],
    [`${letsencrypt}/fullchain.pem`, certificate],
    [`${letsencrypt}/privkey.pem`, key],
    ['http://127.0.0.1:3000/', `http://${server}/`],
  ]);
  // What Debian and others have on by themselves, and what the file says to turn on.
  const modules = ['mpm_event', 'authz_core', 'headers', 'http2', 'proxy', 'proxy_http', 'ssl']
    .map((name) => `LoadModule ${name}_module ${APACHE_MODULES}/mod_${name}.so`)
    .join('\n');
  const configuration = path.join(folder, 'apache.conf');
  await writeFile(
    configuration,
    `${modules}
    Listen 127.0.0.1:${port}
    ServerName localhost
    PidFile ${path.join(folder, 'apache.pid')}
    DefaultRuntimeDir ${folder}
    ErrorLog ${path.join(folder, 'apache.log')}
    ServerLimit 1
    ThreadsPerChild 64
    MaxRequestWorkers 64
    StartServers 1
    ${site}`,
  );
  const child = spawn('apache2', ['-DFOREGROUND', '-d', folder, '-f', configuration], {
    env: { PATH: `${process.env['PATH']}:/usr/sbin` },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  return { child, authority: certificate };
}

const START = { nginx, caddy, apache };
/** Apache has processes of its own to end first; its workers would outlive it. */
const END = { nginx: 'SIGKILL', caddy: 'SIGKILL', apache: 'SIGTERM' } as const;

/** Replaces each of these, of which there must be one: the files are what is tested. */
export function replaced(text: string, changes: [string | RegExp, string][]): string {
  return changes.reduce((text, [from, to]) => {
    const found = typeof from === 'string' ? text.includes(from) : from.test(text);
    if (!found) throw new Error(`the file in deploy/ has no ${String(from)} any more`);
    return text.replace(from, to);
  }, text);
}

/**
 * Waits until it answers there with a certificate of its own. Caddy listens before
 * it has one; and a port that was free a moment ago may be another worker's proxy's.
 */
async function answering(port: number, { child, authority }: Started): Promise<void> {
  const deadline = Date.now() + START_MS;
  while (!(await isVouchedFor(port, authority))) {
    if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}`);
    if (Date.now() > deadline) throw new Error(`it does not answer within ${START_MS} ms`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Whether there is somebody at this port for whose name this authority vouches. */
async function isVouchedFor(port: number, authority: string): Promise<boolean> {
  const ca = await readFile(authority).catch(() => undefined);
  if (!ca) return false;
  const socket = connect({ host: '127.0.0.1', port, servername: 'localhost', ca });
  socket.on('error', () => {});
  const secured = once(socket, 'secureConnect', { signal: AbortSignal.timeout(5_000) });
  const answered = await secured.then(
    () => true,
    () => false,
  );
  socket.destroy();
  return answered;
}
