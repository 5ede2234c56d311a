import { execFile } from 'node:child_process';
import { appendFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { get, type IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { expect, lend, test as base } from '../support/fixtures';
import { expectCounter } from '../support/page';
import { Server } from '../support/server';

// The program that `make dist` makes, by itself: `make dist-tests`.

/** Told of nothing, in an empty folder. */
const test = base.extend({
  server: async ({}, use, testInfo) => {
    await lend(await Server.startByItself(), use, testInfo);
  },
});

test('in an empty folder it is a whole site, and says that it is an example', async ({
  page,
  server,
}) => {
  await page.goto('/');
  const posts = page.locator('main a[href^="/posts/"]');
  await expect(posts).not.toHaveCount(0);
  const paths = await posts.evaluateAll((links) => links.map((a) => a.getAttribute('href') ?? ''));
  for (const address of [...paths, '/about', '/privacy', '/feed.xml', '/robots.txt']) {
    expect((await ask(server, address)).status, address).toBe(200);
  }
  expect((await ask(server, '/nowhere')).status).toBe(404);
  expect(server.log).toContain('an example is shown');
  await page.goto(paths[0] ?? '');
  await expectCounter(page, '1 reading now · 1 view');

  // Docker makes an empty folder of what is to be mounted and is not there.
  const folder = await mkdtemp(path.join(tmpdir(), 'view-counter-'));
  await mkdir(path.join(folder, 'content'));
  const mounted = await Server.startByItself(folder);
  try {
    expect((await ask(mounted, paths[0] ?? '')).status).toBe(200);
    expect(mounted.log).toContain('an example is shown');
  } finally {
    await mounted.dispose();
  }
});

test('its example can be written out, once, and is then what is served', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'view-counter-'));
  try {
    const run = promisify(execFile);
    const init = () => run(process.env['VIEW_COUNTER_PROGRAM'] ?? '', ['init'], { cwd: folder });
    expect((await init()).stdout).toMatch(/^wrote a site with \d+ posts to content;/);
    await appendFile(path.join(folder, 'content/about.md'), '\nAnd this is mine.\n');
    await expect(init()).rejects.toThrow(/content is not empty/);
    const server = await Server.startByItself(folder);
    try {
      expect((await ask(server, '/about')).body.toString()).toContain('And this is mine.');
      expect(server.log).not.toContain('an example is shown');
    } finally {
      await server.stop();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test('every file that a page names is served in each coding, and from then on for ever', async ({
  server,
}) => {
  const files = await filesOf(server, '/posts/inside-the-hub');
  const kinds = files.map((file) => file.split('.').pop());
  expect(new Set(kinds)).toEqual(new Set(['css', 'js', 'wasm', 'svg']));
  for (const file of files) {
    const plain = await ask(server, file, 'identity');
    expect(plain.status, file).toBe(200);
    expect(plain.headers['content-encoding']).toBeUndefined();
    const caching = file.startsWith('/pkg/')
      ? 'public, max-age=31536000, immutable'
      : 'public, max-age=3600';
    const tags = new Set<unknown>();
    for (const [accepted, coding] of CODINGS) {
      const answer = await ask(server, file, accepted);
      // A picture of a post is in the program as its author made it.
      const expected = file.startsWith('/media/') ? undefined : coding;
      expect(answer.headers['content-encoding'], `${file}: ${accepted}`).toBe(expected);
      expect(answer.body.equals(plain.body), `${file}: ${accepted}`).toBe(true);
      expect(answer.headers['content-type']).toBe(plain.headers['content-type']);
      expect(answer.headers['cache-control']).toBe(caching);
      if (!file.startsWith('/media/')) expect(answer.headers.vary).toBe('accept-encoding');
      tags.add(answer.headers.etag);
      const tag = answer.headers.etag ?? '';
      const again = await ask(server, file, accepted, { 'if-none-match': tag });
      expect(again.status, `${file}: ${accepted}`).toBe(304);
    }
    expect(tags, `${file}: each coding has a tag of its own`).toHaveProperty(
      'size',
      file.startsWith('/media/') ? 1 : 3,
    );
  }
});

test('it answers as the program does that reads the same files from a folder', async ({
  server,
}) => {
  const folder = await Server.startInRepository();
  try {
    const paths = [
      ...(await filesOf(server, '/posts/inside-the-hub')),
      ...['/', '/posts/inside-the-hub', '/feed.xml', '/sitemap.xml', '/nowhere', '/pkg/none.js'],
    ];
    for (const path of paths) {
      // The same sources, built twice: another name, if anything.
      const there = await sameFile(folder, path);
      for (const [accepted] of CODINGS) {
        const [here, other] = [await ask(server, path, accepted), await ask(folder, there, accepted)];
        expect(here.status, path).toBe(other.status);
        expect(told(here.headers), `${path}: ${accepted}`).toEqual(told(other.headers));
        // Of what is not built, and shows no numbers.
        if (/^\/media\/|^\/favicon\.svg$|^\/pkg\/none\.js$/.test(path)) {
          expect(here.body.equals(other.body), `${path}: ${accepted}`).toBe(true);
        }
      }
    }
    const media = paths.filter((path) => path.startsWith('/media/'));
    expect(media).not.toEqual([]);
    for (const path of media) {
      for (const range of ['bytes=0-9', 'bytes=10-', 'bytes=-10']) {
        const part = (server: Server) => ask(server, path, 'identity', { range });
        const [here, other] = [await part(server), await part(folder)];
        expect(here.status, `${path}: ${range}`).toBe(206);
        expect(other.status, `${path}: ${range}`).toBe(206);
        expect(here.headers['content-range']).toBe(other.headers['content-range']);
        expect(here.body.equals(other.body), `${path}: ${range}`).toBe(true);
      }
    }
  } finally {
    await folder.dispose();
  }
});

/** What a client says that it accepts, and what it then gets. */
const CODINGS: readonly [string, string | undefined][] = [
  ['gzip, deflate, br, zstd', 'br'],
  ['gzip, deflate', 'gzip'],
  ['br;q=0, gzip;q=0.5', 'gzip'],
  ['identity', undefined],
];

interface Answer {
  status: number | undefined;
  headers: IncomingHttpHeaders;
  /** As it was before it was compressed. */
  body: Buffer;
}

function ask(
  server: Server,
  path: string,
  accepted = 'identity',
  also: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const headers = { 'accept-encoding': accepted, ...also };
  return new Promise((resolve, reject) => {
    get(new URL(path, server.direct), { headers, timeout: 5_000 }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const body = Buffer.concat(chunks);
        const plain = { br: brotliDecompressSync, gzip: gunzipSync };
        const coding = response.headers['content-encoding'] as keyof typeof plain | undefined;
        resolve({
          status: response.statusCode,
          headers: response.headers,
          body: coding && body.length > 0 ? plain[coding](body) : body,
        });
      });
    }).on('error', reject);
  });
}

/** The paths of the files that this page names, each once. */
async function filesOf(server: Server, path: string): Promise<string[]> {
  const html = (await ask(server, path)).body.toString();
  const found = html.matchAll(/["'](\/(?:pkg|media)\/[^"'\\]+|\/favicon\.svg)["']/g);
  return [...new Set([...found].map(([, file]) => file ?? ''))];
}

/** The name that a file of ours has on another server. */
async function sameFile(server: Server, path: string): Promise<string> {
  const kind = /^\/pkg\/view-counter\..*\.(\w+)$/.exec(path)?.[1];
  if (!kind) return path;
  const files = await filesOf(server, '/');
  return files.find((file) => file.startsWith('/pkg/') && file.endsWith(`.${kind}`)) ?? path;
}

/** The headers that say what an answer is and may do, and not when and from where. */
function told(headers: IncomingHttpHeaders): unknown {
  const names = ['content-type', 'content-encoding', 'cache-control', 'vary'];
  names.push('x-content-type-options', 'cross-origin-resource-policy');
  // A page's names its scripts by their hashes, and they name files of the build.
  const isPage = headers['content-type']?.startsWith('text/html') ?? false;
  if (!isPage) names.push('content-security-policy');
  return Object.fromEntries(names.map((name) => [name, headers[name]]));
}
