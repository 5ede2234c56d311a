/**
 * Somebody who follows a document, from an empty folder: a site, what it is built and served
 * with, and the program that counts for it, started as it is printed. Only addresses are
 * others than the document's: they are ports that are free here.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from './child-process';
import { type Command, shell } from './printed';
import { inRepository, Server } from './server';
import { StaticSite } from './static-site';

/** What builds a site is slow on a machine that does something else too. */
const SITE_START_MS = 60_000;

/** Generators neither ask nor tell anybody anything. */
const QUIET = {
  ASTRO_TELEMETRY_DISABLED: '1',
  NEXT_TELEMETRY_DISABLED: '1',
  NO_COLOR: '1',
  NO_UPDATE_NOTIFIER: '1',
};

export class Recipe {
  /** The folder in which all is done; empty at first. */
  readonly folder: string;
  /** The port of the site; it is found at `http://localhost`. */
  readonly port: number;
  /** The address of the counting server. */
  readonly counts: string;
  /** What `~` stands for in a printed command. */
  readonly home: string;
  readonly #children: ChildProcess[] = [];
  readonly #sites: StaticSite[] = [];
  #server: Server | undefined;

  private constructor(root: string, port: number, counts: number) {
    this.home = root;
    this.folder = path.join(root, 'site');
    this.port = port;
    this.counts = `http://127.0.0.1:${counts}`;
  }

  static async begin(): Promise<Recipe> {
    const root = await mkdtemp(path.join(tmpdir(), 'view-counter-recipe-'));
    const recipe = new Recipe(root, await freePort(), await freePort());
    await mkdir(recipe.folder);
    return recipe;
  }

  get site(): string {
    return `http://localhost:${this.port}`;
  }

  /** What the program wrote. */
  get log(): string {
    return this.#server?.log ?? '';
  }

  get server(): Server {
    if (!this.#server) throw new Error('the program was not started');
    return this.#server;
  }

  /** The text with the addresses of this test: the counting server's, and `others`. */
  here(text: string, others: Record<string, string> = {}): string {
    const counts = text
      .replaceAll(/https:\/\/counts\.example|http:\/\/127\.0\.0\.1:3000/g, this.counts)
      .replaceAll(/wss?:\/\/counts\.example/g, this.counts.replace('http', 'ws'));
    return Object.entries(others).reduce((text, [from, to]) => text.replaceAll(from, to), counts);
  }

  /** Writes these files, by their paths in the folder. */
  async write(files: Record<string, string | Uint8Array>): Promise<void> {
    for (const [name, text] of Object.entries(files)) {
      const file = path.join(this.folder, name);
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(file, text);
    }
  }

  /**
   * Has the npm packages of a folder of the repository here, where `scripts/browser-tests`
   * installed those of its lock. They are linked, file by file: to copy tens of thousands takes
   * longer than to build a site.
   */
  async install(packages: string): Promise<void> {
    for (const name of ['package.json', 'package-lock.json']) {
      await copyFile(inRepository(`${packages}/${name}`), path.join(this.folder, name));
    }
    const installed = inRepository(`${packages}/node_modules`);
    await this.run(
      shell(`cp -RPl ${installed} . || { rm -rf node_modules; cp -RP ${installed} .; }`),
    );
  }

  /** Runs a program in the folder, to its end. */
  async run(command: Command): Promise<string> {
    const { child, output } = this.#spawn(command);
    const [code] = (await once(child, 'close')) as [number | null];
    if (code !== 0) throw new Error(`${command.words.join(' ')} ended with ${code}\n${output()}`);
    return output();
  }

  /** Runs what serves the site until the test ends, and waits until it does. */
  async serve(command: Command): Promise<void> {
    const { child, output } = this.#spawn(command);
    const deadline = Date.now() + SITE_START_MS;
    const answers = () =>
      fetch(this.site).then(
        () => true,
        () => false,
      );
    while (!(await answers())) {
      if (child.exitCode !== null || Date.now() > deadline) {
        throw new Error(`${command.words.join(' ')} does not serve ${this.site}\n${output()}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  /** Serves the files of the folder as they are, or of one in it on a port of its own. */
  async serveFiles(folder = ''): Promise<StaticSite> {
    const files = { folder: path.join(this.folder, folder) };
    const site = await StaticSite.serve(files, folder ? 0 : this.port);
    this.#sites.push(site);
    return site;
  }

  /**
   * Starts the program with the words of a printed command.
   *
   * @param others The addresses in it that are of no counting server, and those of this test.
   */
  async count({ words }: Command, others: Record<string, string> = {}): Promise<Server> {
    const [program, ...rest] = words;
    if (!program || !path.basename(program).startsWith('view-counter')) {
      throw new Error(`${program} is another program`);
    }
    const here = rest.map((word) => this.here(word, others).replace(/^~/, this.home));
    this.#server = await Server.startAsPrinted(
      [...here, '--listen', new URL(this.counts).host],
      this.folder,
    );
    return this.#server;
  }

  async end(): Promise<void> {
    for (const child of this.#children) endGroup(child);
    try {
      await this.#server?.dispose();
    } finally {
      for (const site of this.#sites) await site.close();
      await rm(this.home, { recursive: true, force: true, maxRetries: 5 });
    }
  }

  #spawn({ settings, words }: Command): { child: ChildProcess; output: () => string } {
    const [file, ...rest] = words;
    // A group of its own: npm starts others, and passes no SIGKILL on.
    const child = spawn(file!, rest, {
      cwd: this.folder,
      env: { ...process.env, ...QUIET, ...settings },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => (output += chunk.toString()));
    }
    child.on('error', (error) => (output += String(error)));
    this.#children.push(child);
    const atExit = () => endGroup(child);
    process.once('exit', atExit);
    child.once('exit', () => process.off('exit', atExit));
    return { child, output: () => output };
  }
}

function endGroup({ pid, exitCode, signalCode }: ChildProcess): void {
  if (pid === undefined || exitCode !== null || signalCode !== null) return;
  process.kill(-pid, 'SIGKILL');
}
