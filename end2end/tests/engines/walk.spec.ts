/**
 * Random walks. After every step the address, the title, the heading, where the page stands and
 * who reads it must be those of a model, which is a browser's history and nothing else.
 */

import { expect, test } from './fixtures';
import type { BrowserWindow, EngineName } from '../../engines/window';
import { rollsOf } from '../../support/rolls';
import type { Server } from '../../support/server';

const STEPS = 40;

/** What every engine shows, in a document of its own. */
const FILE = '/media/posts/tide.svg';

const TITLES: Record<string, string> = {
  '/': 'Tide Log',
  '/about': 'About · Tide Log',
  '/posts/dawn': 'Dawn · Tide Log',
  '/posts/noon': 'Noon · Tide Log',
  '/posts/dusk': 'Dusk · Tide Log',
  '/posts/night': 'Night · Tide Log',
};

/** One entry of the history. */
interface Entry {
  path: string;
  hash: string;
  /** Where its page stands; unknown where it went to a section. */
  y: number | undefined;
}

/** What a step does with the history, in the model. */
class Model {
  #entries: Entry[];
  #at = 0;

  constructor(path: string) {
    this.#entries = [{ path, hash: '', y: 0 }];
  }

  get present(): Entry {
    const entry = this.#entries[this.#at];
    if (!entry) throw new Error('the model has no such entry');
    return entry;
  }

  push(path: string, hash: string): void {
    this.#entries.splice(this.#at + 1);
    this.#entries.push({ path, hash, y: hash ? undefined : 0 });
    this.#at += 1;
  }

  /** Whether there is such an entry, and a page in it. */
  canGo(by: number): boolean {
    const entry = this.#entries[this.#at + by];
    return entry !== undefined && entry.path !== FILE;
  }

  go(by: number): void {
    this.#at += by;
  }
}

interface Seen {
  path: string;
  hash: string;
  title: string;
  heading: string;
  y: number;
  most: number;
}

const look = (window: BrowserWindow): Promise<Seen> =>
  window.evaluate(() => ({
    path: location.pathname,
    hash: location.hash,
    title: document.title,
    heading: document.querySelector('h1')?.textContent ?? '',
    y: Math.round(scrollY),
    most: Math.round(document.documentElement.scrollHeight - innerHeight),
  }));

async function check(window: BrowserWindow, server: Server, model: Model, step: string): Promise<void> {
  const { path, hash, y } = model.present;
  const title = TITLES[path];
  const agrees = async () => {
    const seen = await look(window);
    return {
      path: seen.path,
      hash: seen.hash,
      title: seen.title,
      heading: seen.heading,
      y: y === undefined || Math.abs(Math.min(y, seen.most) - seen.y) <= 1 ? 'there' : seen.y,
    };
  };
  const heading = path === '/' ? 'Tide Log' : title?.split(' · ')[0];
  await expect
    .poll(() => agrees().catch(String), { message: step, timeout: 15_000 })
    .toEqual({ path, hash, title, heading, y: 'there' });
  for (const post of ['dawn', 'noon', 'dusk', 'night']) {
    const live = path === `/posts/${post}` ? 1 : 0;
    await expect
      .poll(async () => (await server.views(post)).live, { message: `${step}: ${post}` })
      .toBe(live);
  }
}

for (const seed of [20_261_130, 7, 4_711]) {
  test(`a random walk (${seed})`, async ({ open, server, engineName }) => {
    test.setTimeout(180_000);
    const roll = rollsOf(seed);
    const window = await open('/posts/dawn');
    const model = new Model('/posts/dawn');
    await check(window, server, model, 'the beginning');
    // Scripts have taken the page over: its counter is live.
    for (let number = 0; number < STEPS; number += 1) {
      const step = await walk(window, model, roll, engineName);
      await check(window, server, model, `step ${number}: ${step}`);
    }
  });
}

/**
 * Takes one step, in the browser and in the model; returns what it was. WebKit's driver hears
 * nothing more of a page that is gone back to from a file's document, so there are none of these.
 */
async function walk(
  window: BrowserWindow,
  model: Model,
  roll: (sides: number) => number,
  engineName: EngineName,
): Promise<string> {
  const { path } = model.present;
  const links = await window.evaluate(() =>
    [...document.querySelectorAll<HTMLAnchorElement>('.prose a, .neighbours a, .site-nav a, h2 a, .contents a')]
      .map((link) => link.getAttribute('href') ?? '')
      .filter((href) => !/gone|nowhere|feed|tags|svg/.test(href)),
  );
  switch (roll(8)) {
    case 0:
    case 1:
      if (model.canGo(-1)) {
        await window.back();
        model.go(-1);
        return 'back';
      }
      break;
    case 2:
      if (model.canGo(1)) {
        await window.forward();
        model.go(1);
        return 'forward';
      }
      break;
    case 3: {
      const by = roll(2) === 0 ? -2 : 2;
      if (model.canGo(by)) {
        await window.evaluate((by) => history.go(by), by);
        model.go(by);
        return `go(${by})`;
      }
      break;
    }
    case 4:
      await window.evaluate(() => {
        document.documentElement.dataset['before'] = '';
        location.reload();
      });
      await expect
        .poll(() =>
          window
            .evaluate(() => document.documentElement.dataset['before'] ?? 'reloaded')
            .catch(String),
        )
        .toBe('reloaded');
      // The browser moves a page that it loads. WebKit goes to the section.
      if (engineName === 'webkit' && model.present.hash) model.present.y = undefined;
      return 'reload';
    case 5: {
      const y = 50 * roll(12);
      const stood = await window.evaluate((y) => {
        scrollTo(0, y);
        return Math.round(scrollY);
      }, y);
      // A moment later it has been noted.
      await expect.poll(() => window.evaluate(() => history.state?.y ?? 0)).toBe(stood);
      model.present.y = stood;
      return `scroll to ${stood}`;
    }
    default:
      break;
  }
  if (roll(8) === 0 && engineName !== 'webkit') {
    await window.evaluate((file) => {
      // The last link is the feed's, which Firefox does not show.
      document.querySelector('.site-nav li:last-child a')?.setAttribute('href', file);
    }, FILE);
    await window.click(`header a[href="${FILE}"]`);
    // The header is in view at the page's top only.
    model.present.y = 0;
    const path = () => window.evaluate(() => location.pathname);
    await expect.poll(() => path().catch(String)).toBe(FILE);
    await window.back();
    model.push(FILE, '');
    model.go(-1);
    return 'to a file and back';
  }
  const href = links[roll(links.length)] ?? '/';
  await click(window, model, `main a[href="${href}"], header a[href="${href}"]`);
  const [page = '', fragment] = href.split('#');
  const hash = fragment === undefined ? '' : `#${fragment}`;
  const isSame = (page === '' || page === path) && hash === model.present.hash;
  if (isSame) model.present.y = hash ? undefined : 0;
  else model.push(page === '' ? path : page, hash);
  return `to ${href}`;
}

/** Clicks a link, which the driver brings into view: the page is left where it stands then. */
async function click(window: BrowserWindow, model: Model, selector: string): Promise<void> {
  await window.evaluate(() => {
    sessionStorage.removeItem('left');
    const note = () => sessionStorage.setItem('left', String(scrollY));
    addEventListener('click', note, { capture: true, once: true });
  });
  await window.click(selector);
  const left = () => window.evaluate(() => sessionStorage.getItem('left'));
  // While one document takes another's place there is nobody to ask.
  await expect.poll(() => left().catch(() => null)).not.toBeNull();
  model.present.y = Math.round(Number(await left()));
}
