/**
 * The program of the tests, or the one that VIEW_COUNTER_PROGRAM names, or an application with the
 * counter in it, as a child process, with a database of its own, on a port that the system
 * picked. It can be stopped and started again at the same address on the same database, as
 * an update of the program would do.
 */

import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { killWithThisProcess } from './child-process';
import { Front, THROUGH } from './front';

/** The address under which the world would know the site of these tests. */
export const SITE_URL = 'https://tide.example';

/** The numbers of one post. */
export interface Counts {
  live: number;
  total: number;
}

/** Settings of a server, by the names of its environment variables. */
export type Settings = Readonly<Record<string, string>>;

/** A server that has not said a word by then is broken, not slow. */
const START_MS = 30_000;
/** It closes its sockets spread out, and then saves. */
const STOP_MS = 15_000;

const repository = fileURLToPath(new URL('../..', import.meta.url));

/** The path of a file or folder of the repository; an absolute one stays as it is. */
export const inRepository = (name: string) => path.resolve(repository, name);

/** The site that the tests are about. */
export const CONTENT = inRepository('end2end/content');

/** A program, and what it is always told, its address among it. */
interface Program {
  file: string;
  told(address: string): { words: string[]; settings: Settings };
}

const viewCounter = (file: string, ...words: string[]): Program => ({
  file,
  told: (address) => ({
    words: ['serve', '--listen', address, ...words],
    settings: SHARED_SETTINGS,
  }),
});

/** One that finds the site's files where the build puts them. */
const BUILT = viewCounter(
  inRepository('target/browser-tests/view-counter'),
  ...['--site-root', inRepository('target/site')],
);
/** One that has the site's files in it. */
const EMBEDDED = process.env['VIEW_COUNTER_PROGRAM'];
const TESTED = EMBEDDED ? viewCounter(EMBEDDED) : BUILT;

/** The one that documents speak of: the one of `make run`, if it is not the distributed one. */
const DOCUMENTED = EMBEDDED ?? inRepository('target/release/view-counter');

/** A Leptos application of this name with its site, as `scripts/reuse` builds them. */
const application = (name: string, site: string): Program => ({
  file: inRepository(`target/debug/${name}`),
  told: (address) => ({
    words: [],
    // What cargo-leptos tells it where that starts it.
    settings: {
      LEPTOS_OUTPUT_NAME: name,
      LEPTOS_SITE_ADDR: address,
      LEPTOS_SITE_ROOT: inRepository(site),
    },
  }),
});

/** The application of `examples/reuse`. */
const RECIPES = application('recipes', 'target/reuse-site');

/** The application that docs/reuse.md prints. */
const PRINTED = application('notes', 'target/printed-site');

/** The application of `end2end/hosts/leptos`. */
const PLACEMENTS = application('placements', 'target/placements-site');

/** The site, unless a test says otherwise. */
const SITE: Settings = { VIEW_COUNTER_CONTENT: CONTENT, VIEW_COUNTER_SITE_URL: SITE_URL };

/** What else a test may say otherwise. */
const SHARED_SETTINGS: Settings = {
  NO_COLOR: '1',
  // All pages here come from one address.
  VIEW_COUNTER_LIMITS: 'off',
  // Many servers run at once.
  VIEW_COUNTER_METRICS_LISTEN: 'off',
  ...(THROUGH ? { VIEW_COUNTER_TRUSTED_PROXIES: '127.0.0.1' } : {}),
};

export class Server {
  /** What it wrote to standard error, over all its lives. */
  log = '';
  readonly #folder: string;
  readonly #settings: Settings;
  readonly #program: Program;
  #port = 0;
  #child: ChildProcessWithoutNullStreams | undefined;
  /** A proxy before it, over all its lives. */
  #front: Front | undefined;

  private constructor(folder: string, settings: Settings, program: Program) {
    this.#folder = folder;
    this.#settings = settings;
    this.#program = program;
  }

  /** A server with an empty database, ready for requests. It keeps its settings. */
  static start(settings: Settings = {}): Promise<Server> {
    return Server.#start({ ...SITE, ...settings }, TESTED);
  }

  /** The program that is tested, told of no site, in this folder or an empty one. */
  static startByItself(folder?: string): Promise<Server> {
    return Server.#start({}, TESTED, folder);
  }

  /** That program, of the site that is in the repository. */
  static startInRepository(): Promise<Server> {
    return Server.#start({ VIEW_COUNTER_CONTENT: inRepository('content') }, BUILT);
  }

  /** The application of `examples/reuse`. */
  static startRecipes(settings: Settings = {}): Promise<Server> {
    return Server.#start(settings, RECIPES);
  }

  /** The application that docs/reuse.md prints. */
  static startPrinted(): Promise<Server> {
    return Server.#start({}, PRINTED);
  }

  /** The application of `end2end/hosts/leptos`. */
  static startPlacements(): Promise<Server> {
    return Server.#start({}, PLACEMENTS);
  }

  /**
   * The program that the documents speak of, with the words of a printed command, in this folder.
   * Nothing else is set but what lets many of them run at once.
   */
  static startAsPrinted(words: string[], folder: string): Promise<Server> {
    const settings: Settings = {
      NO_COLOR: '1',
      VIEW_COUNTER_METRICS_LISTEN: 'off',
      ...(EMBEDDED ? {} : { VIEW_COUNTER_SITE_ROOT: inRepository('target/site') }),
    };
    return Server.#start({}, { file: DOCUMENTED, told: () => ({ words, settings }) }, folder);
  }

  static async #start(settings: Settings, program: Program, folder?: string): Promise<Server> {
    folder ??= await mkdtemp(path.join(tmpdir(), 'view-counter-'));
    const server = new Server(folder, settings, program);
    try {
      await server.start();
      if (THROUGH) server.#front = await Front.before(THROUGH, server.#port, folder);
    } catch (error) {
      await server.dispose();
      throw error;
    }
    return server;
  }

  /** Where readers find it: `http://127.0.0.1:40000`, or the proxy before it. */
  get url(): string {
    return this.#front?.url ?? this.direct;
  }

  /** A site whose pages may connect: its own, unless a test says otherwise. */
  get origin(): string {
    return this.#settings['VIEW_COUNTER_ORIGIN'] ?? this.url;
  }

  /** Where it is itself: `http://127.0.0.1:40000`. */
  get direct(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Starts it again after {@link stop}: same address, same database. */
  async start(): Promise<void> {
    const { words, settings } = this.#program.told(`127.0.0.1:${this.#port}`);
    const child = spawn(this.#program.file, words, {
      // Its database comes to be in its folder. No setting of the developer's gets in.
      cwd: this.#folder,
      env: { ...settings, ...this.#settings },
    });
    this.#child = child;
    killWithThisProcess(child);
    child.stderr.on('data', (chunk: Buffer) => (this.log += chunk.toString()));
    this.#port = await portOf(child).catch((error: unknown) => {
      throw new Error(`the server did not start: ${String(error)}\n${this.log}`);
    });
  }

  /** Asks it to end, as a supervisor would, and waits until it has. */
  async stop(): Promise<void> {
    const child = this.#child;
    if (!child) return;
    this.#child = undefined;
    child.kill('SIGTERM');
    const end = await endOf(child, STOP_MS);
    if (end !== 0) throw new Error(`the server ended with ${String(end)}\n${this.log}`);
  }

  /** Ends it, if it runs, and removes its database. */
  async dispose(): Promise<void> {
    try {
      // In this order: pages hear from it that it ends, as they would without a proxy.
      await this.stop();
    } finally {
      await this.#front?.close();
      await rm(this.#folder, { recursive: true, force: true });
    }
  }

  /** The numbers as the server tells them to anyone who asks. */
  async views(slug: string): Promise<Counts> {
    const response = await fetch(`${this.direct}/api/v1/views/${slug}`, {
      signal: AbortSignal.timeout(5_000),
    });
    const { live, total } = (await response.json()) as Counts;
    return { live, total };
  }
}

/** The port that it says it listens on. */
async function portOf(child: ChildProcessWithoutNullStreams): Promise<number> {
  const lines = createInterface(child.stdout);
  const signal = AbortSignal.timeout(START_MS);
  const failed = once(child, 'error', { signal }).then(([error]) => Promise.reject(error));
  const ended = once(child, 'exit', { signal }).then(([code]) => Promise.reject(`exit ${code}`));
  const [line] = (await Promise.race([once(lines, 'line', { signal }), failed, ended])) as [string];
  const port = /^listening on http:\/\/127\.0\.0\.1:(\d+)$/.exec(line)?.[1];
  if (!port) throw new Error(`it said ${JSON.stringify(line)}`);
  return Number(port);
}

/** Its exit code, or the name of the signal that ended it. */
async function endOf(child: ChildProcessWithoutNullStreams, patience: number) {
  const impatient = setTimeout(() => child.kill('SIGKILL'), patience);
  try {
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    return child.exitCode ?? child.signalCode;
  } finally {
    clearTimeout(impatient);
  }
}
