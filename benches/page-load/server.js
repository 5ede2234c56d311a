// @ts-check
// The program, and a front before it that serves its pages with and without what
// the counter needs.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import { createInterface } from 'node:readline';
import zlib from 'node:zlib';

const START_MS = 20_000;
const STOP_MS = 15_000;

/** @typedef {{ url: string, stop: () => Promise<void> }} Program */

/**
 * @param {string} program @param {string} siteRoot @param {string} content
 * @param {string} folder Where its database comes to be.
 * @returns {Promise<Program>}
 */
export async function startProgram(program, siteRoot, content, folder) {
  const told = ['serve', '--listen', '127.0.0.1:0', '--site-root', siteRoot];
  const child = spawn(program, [...told, '--content', content, '--metrics-listen', 'off'], {
    cwd: folder,
    // No setting of the developer's gets in. All pages come from one address.
    env: { NO_COLOR: '1', VIEW_COUNTER_LIMITS: 'off' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  process.once('exit', () => child.kill('SIGKILL'));
  let log = '';
  child.stderr.on('data', (chunk) => (log += chunk));
  const signal = AbortSignal.timeout(START_MS);
  const failed = Promise.race([once(child, 'error', { signal }), once(child, 'exit', { signal })]);
  const line = await Promise.race([
    once(createInterface(child.stdout), 'line', { signal }).then(([line]) => String(line)),
    failed.then(([reason]) => String(reason)),
  ]);
  const url = /^listening on (http:\S+)$/.exec(line)?.[1];
  if (!url) throw new Error(`the program does not start: ${line}\n${log}`);
  return {
    url,
    async stop() {
      const exited = once(child, 'exit', { signal: AbortSignal.timeout(STOP_MS) });
      child.kill('SIGTERM');
      await exited;
    },
  };
}

/** What loads the application. */
const LOADING = [
  /<link rel="modulepreload"[^>]*>/g,
  /<link rel="preload"[^>]*\bas="fetch"[^>]*>/g,
  /<script type="module">.*?<\/script>/gs,
];

/**
 * The page as it would be without the counter's and the application's code. The text of
 * the counter stays where it is, and so does the script that applies a stored theme.
 *
 * @param {string} html
 */
export function withoutCode(html) {
  for (const what of LOADING) {
    const found = html.match(what)?.length ?? 0;
    if (found !== 1) throw new Error(`${found} times ${what} in the page, and not once`);
    html = html.replace(what, '');
  }
  const scripts = html.match(/<script/g)?.length ?? 0;
  if (scripts !== 1) throw new Error(`${scripts} scripts are left in the page, and not one`);
  return html;
}

/**
 * Passes everything on to the program and back. Pages are decoded, changed, and encoded
 * again: also those that are not changed, so that both kinds had the same way.
 *
 * @param {string} program Its address. @param {(html: string) => string} change
 */
export async function startFront(program, change) {
  const { hostname, port } = new URL(program);
  // The program takes `Host` for its own, and compares `Origin` with it: both pass as they are.
  const agent = new http.Agent({ keepAlive: true });

  const front = http.createServer((request, response) => {
    const { method, url: path, headers } = request;
    const asked = http.request({ hostname, port, method, path, headers, agent }, (answer) => {
      const isPage = answer.headers['content-type']?.startsWith('text/html');
      response.statusCode = answer.statusCode ?? 502;
      for (const [name, value] of Object.entries(answer.headers)) {
        if (value !== undefined && name !== 'connection') response.setHeader(name, value);
      }
      if (!isPage) return void answer.pipe(response);
      /** @type {Buffer[]} */
      const chunks = [];
      answer.on('data', (chunk) => chunks.push(chunk));
      answer.on('end', () => {
        try {
          const page = recode(Buffer.concat(chunks), answer.headers['content-encoding'], change);
          response.setHeader('content-length', page.length);
          response.end(page);
        } catch (error) {
          response.removeHeader('content-encoding');
          response.writeHead(500, { 'content-type': 'text/plain' }).end(String(error));
        }
      });
    });
    asked.on('error', () => response.destroy());
    request.pipe(asked);
  });

  front.on('upgrade', (request, socket, head) => {
    const there = net.connect(Number(port), hostname, () => {
      const { rawHeaders } = request;
      let handshake = `${request.method} ${request.url} HTTP/1.1\r\n`;
      for (let n = 0; n < rawHeaders.length; n += 2) {
        handshake += `${rawHeaders[n]}: ${rawHeaders[n + 1]}\r\n`;
      }
      there.write(`${handshake}\r\n`);
      there.write(head);
      socket.pipe(there).pipe(socket);
    });
    there.setNoDelay(true);
    there.on('error', () => socket.destroy());
    socket.on('error', () => there.destroy());
  });

  front.listen(0, '127.0.0.1');
  await once(front, 'listening');
  const address = /** @type {net.AddressInfo} */ (front.address());
  return {
    url: `http://127.0.0.1:${address.port}`,
    stop() {
      agent.destroy();
      front.closeAllConnections();
      front.close();
    },
  };
}

/** As the program does. @param {Buffer} body @param {string | undefined} encoding @param {(html: string) => string} change */
function recode(body, encoding, change) {
  if (encoding !== 'gzip') {
    throw new Error(`the page is encoded as ${encoding}, and not with gzip`);
  }
  return zlib.gzipSync(change(zlib.gunzipSync(body).toString()));
}
