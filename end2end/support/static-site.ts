/**
 * Somebody else's site: the files of a folder, and some from elsewhere, and pages that a test
 * writes, at an address of their own. Where these name the counting server as it is in `examples/`, they are given
 * the one of the test.
 */

import { createServer, type Server as HttpServer } from 'node:http';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { isForDocument, PRELOAD_PATH, withPreload } from './preload';
import { inRepository } from './server';

const TYPES: Record<string, string> = {
  '.css': 'text/css',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.txt': 'text/plain; charset=utf-8',
  '.xml': 'application/xml',
};

/** Which these are, with their places in the repository. */
export interface SiteFiles {
  /** Or an absolute path elsewhere. */
  folder: string;
  /** Files from elsewhere, by their paths on the site. */
  more?: Record<string, string>;
  /** The site's own address, if its files have it. */
  written?: string;
}

/** What a test has the site say at a path. */
export interface Answer {
  status?: number;
  headers?: Record<string, string>;
  body?: string;
}

export class StaticSite {
  /** By path, before the files. Until one that is a promise is kept, the browser waits. */
  readonly answers = new Map<string, Answer | Promise<Answer>>();
  /** The counting server's address. */
  counts = '';
  /** What runs in each document before its own scripts. */
  preload: string | undefined;
  readonly #files: SiteFiles;
  readonly #http: HttpServer;

  private constructor(files: SiteFiles) {
    this.#files = files;
    this.#http = createServer(async (request, response) => {
      const { pathname } = new URL(`http://site${request.url}`);
      if (this.preload !== undefined && pathname === PRELOAD_PATH) {
        response.writeHead(200, { 'content-type': 'text/javascript' }).end(this.preload);
        return;
      }
      const answer = await this.answers.get(pathname);
      if (answer) {
        const headers = answer.body === undefined ? {} : { 'content-type': TYPES['.html'] };
        response
          .writeHead(answer.status ?? 200, { ...headers, ...answer.headers })
          .end(this.#here(answer.body ?? ''));
        return;
      }
      const file = await this.#read(pathname);
      if (!file) return void response.writeHead(404).end();
      const isWithPreload = this.preload !== undefined && isForDocument(request.headers);
      response
        .writeHead(200, { 'content-type': file.type })
        .end(isWithPreload ? withPreload(String(file.bytes)) : file.bytes);
    });
  }

  /** @param port One that is free, if it matters which. */
  static async serve(files: SiteFiles, port = 0): Promise<StaticSite> {
    const site = new StaticSite(files);
    site.#http.listen(port, '127.0.0.1');
    await once(site.#http, 'listening');
    return site;
  }

  /** Where it is: `http://127.0.0.1:40000`. */
  get url(): string {
    return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#http.close();
    this.#http.closeAllConnections();
    await once(this.#http, 'close');
  }

  /** The text with the addresses of this test. */
  #here(text: string): string {
    const { written } = this.#files;
    const counts = text
      .replaceAll('http://127.0.0.1:3000', this.counts)
      .replaceAll('ws://127.0.0.1:3000', this.counts.replace('http', 'ws'));
    return written ? counts.replaceAll(written, this.url) : counts;
  }

  async #read(name: string): Promise<{ bytes: Buffer | string; type: string } | undefined> {
    const { folder, more = {} } = this.#files;
    const whole = inRepository(more[name] ?? path.join(folder, decodeURIComponent(name)));
    const file = name.endsWith('/') ? path.join(whole, 'index.html') : whole;
    const type = TYPES[path.extname(file)];
    const bytes = await readFile(file).catch(() => undefined);
    if (!bytes || !type) return undefined;
    return { bytes: this.#here(bytes.toString()), type };
  }
}
