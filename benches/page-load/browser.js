// @ts-check
// One load of a page in Chromium, as a phone on a slow network would have it.

import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { launch } from 'puppeteer-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** Crawlers are not counted, and as it comes a headless Chromium says that it is one. */
const USER_AGENT =
  'Mozilla/5.0 (Linux; Android 11; moto g power (2022)) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Mobile Safari/537.36';

/**
 * Lighthouse's phone on a slow 4G network: 150 ms and 1.6 Mbit/s. What DevTools adds is
 * for each request and not for each packet, so Lighthouse gives it 3.75 times that latency,
 * and nine tenths of the throughput:
 * https://github.com/GoogleChrome/lighthouse/blob/main/docs/throttling.md
 */
export const SLOW_4G = {
  offline: false,
  latency: 150 * 3.75,
  downloadThroughput: (1.6 * 1024 * 1024 * 0.9) / 8,
  uploadThroughput: (750 * 1024 * 0.9) / 8,
  connectionType: /** @type {const} */ ('cellular4g'),
};
const PHONE = { width: 412, height: 823, deviceScaleFactor: 1.75, isMobile: true, hasTouch: true };

/** A page that is not done by then is broken, not slow. */
const PATIENCE_MS = 60_000;
/** Without a request for so long after it loaded, and with its code begun, a page is done. */
const QUIET_MS = 1_500;

/** The machine's own Chromium. @param {string | undefined} named */
export function findChromium(named) {
  for (const name of named ? [named] : NAMES) {
    try {
      const version = execFileSync(name, ['--version'], { stdio: ['ignore', 'pipe', 'ignore'] });
      return { name, path: pathOf(name), version: String(version).trim() };
    } catch {
      // Not this one.
    }
  }
  throw new Error(
    named
      ? `${named} is no browser that starts`
      : `no Chromium on PATH (${NAMES.join(', ')}); install one, or name one with --chromium`,
  );
}

/** @param {string} name */
const pathOf = (name) => execFileSync('sh', ['-c', 'command -v "$0"', name]).toString().trim();

/** @param {string} executablePath */
export const launchChromium = (executablePath) =>
  launch({
    executablePath,
    ignoreDefaultArgs: ['--enable-automation'],
    args: [
      '--disable-blink-features=AutomationControlled',
      `--user-agent=${USER_AGENT}`,
      // Not every machine allows one; and the pages are ours.
      '--no-sandbox',
    ],
  });

/**
 * @typedef {object} Load In ms since the navigation began, if nothing else is said.
 * @property {number} firstByte
 * @property {number} firstContentfulPaint
 * @property {number} largestContentfulPaint
 * @property {number} totalBlockingTime What long tasks after the first paint had over 50 ms.
 * @property {number} longestTask 0 if none takes 50.
 * @property {number} longestLaterTask Of those that begin after the first paint; 0 if none takes 50.
 * @property {number} layoutShift
 * @property {number} bytesBeforeLargestPaint With headers, as they came over the network.
 * @property {number} bytes
 * @property {number} load
 * @property {number} [handshake] Since the first byte of the page.
 * @property {number} [firstFrame] Since the first byte of the page.
 */

/**
 * @typedef {object} Conditions
 * @property {number} cpu How many times slower than this machine.
 * @property {boolean} slowNetwork
 * @property {(page: import('puppeteer-core').Page) => Promise<boolean>} [isAlive] Whether its
 *   code runs, where no socket shows that.
 * @property {boolean} socket Whether the page is to open one.
 */

/**
 * Loads a page with nothing in any cache.
 *
 * @param {import('puppeteer-core').Browser} browser @param {string} url
 * @param {Conditions} conditions
 * @returns {Promise<Load>}
 */
export async function load(browser, url, { cpu, slowNetwork, isAlive, socket }) {
  const context = await browser.createBrowserContext();
  try {
    const page = await context.newPage();
    await page.setViewport(PHONE);
    const session = await page.createCDPSession();
    const network = new Network(session, url);
    await session.send('Network.enable');
    if (slowNetwork) await session.send('Network.emulateNetworkConditions', SLOW_4G);
    if (cpu > 1) await session.send('Emulation.setCPUThrottlingRate', { rate: cpu });
    await page.evaluateOnNewDocument(observe);

    const answer = await page.goto(url, { waitUntil: 'load', timeout: PATIENCE_MS });
    if (!answer?.ok()) throw new Error(`${url}: ${await answer?.text()}`);
    const deadline = Date.now() + PATIENCE_MS;
    while (
      network.quietMs < QUIET_MS ||
      (socket && network.firstFrame === undefined) ||
      (isAlive && !(await isAlive(page)))
    ) {
      if (Date.now() > deadline) throw new Error(`${url} is not done after ${PATIENCE_MS} ms`);
      await sleep(250);
    }
    // For what its code does at last.
    await sleep(QUIET_MS);
    if (!socket && network.handshake !== undefined) throw new Error(`${url} opened a socket`);

    const seen = await page.evaluate(results);
    const since = (/** @type {number} */ at) => network.sinceStart(at) - seen.timeOrigin;
    const firstByte = since(network.firstByte ?? NaN);
    const longest = (/** @type {{ start: number, end: number }[]} */ tasks) =>
      Math.max(0, ...tasks.map(({ start, end }) => end - start));
    const laterTasks = seen.longTasks.filter(({ start }) => start > seen.firstContentfulPaint);
    const blocking = seen.longTasks
      .filter(({ end }) => end > seen.firstContentfulPaint)
      .map(({ start, end }) => end - Math.max(start, seen.firstContentfulPaint) - 50);
    return {
      firstByte,
      firstContentfulPaint: seen.firstContentfulPaint,
      largestContentfulPaint: seen.largestContentfulPaint,
      totalBlockingTime: sum(blocking.filter((ms) => ms > 0)),
      longestTask: longest(seen.longTasks),
      longestLaterTask: longest(laterTasks),
      layoutShift: seen.layoutShift,
      bytesBeforeLargestPaint: sum(
        network.received
          .filter(({ at }) => since(at) <= seen.largestContentfulPaint)
          .map(({ bytes }) => bytes),
      ),
      bytes: sum(network.received.map(({ bytes }) => bytes)),
      load: seen.load,
      ...(network.handshake === undefined
        ? {}
        : { handshake: since(network.handshake) - firstByte }),
      ...(network.firstFrame === undefined
        ? {}
        : { firstFrame: since(network.firstFrame) - firstByte }),
    };
  } finally {
    await context.close();
  }
}

/** What DevTools says of the network, by its own clock, in seconds. */
class Network {
  /** @type {{ at: number, bytes: number }[]} */
  received = [];
  /** @type {number | undefined} */ firstByte;
  /** @type {number | undefined} */ handshake;
  /** @type {number | undefined} */ firstFrame;
  /** Of the clock of all clocks, in ms, at zero of this one. */
  #epoch = NaN;
  /** @type {Set<string>} */
  #open = new Set();
  #lastEnd = Date.now();
  /** Of each request, what was said of it. @type {Map<string, number>} */
  #counted = new Map();

  /** @param {import('puppeteer-core').CDPSession} session @param {string} url */
  constructor(session, url) {
    session.on('Network.requestWillBeSent', ({ requestId, request, timestamp, wallTime }) => {
      if (request.url === url) this.#epoch = wallTime * 1000 - timestamp * 1000;
      this.#open.add(requestId);
    });
    session.on('Network.responseReceived', ({ requestId, response, timestamp }) => {
      if (response.url === url) this.firstByte ??= timestamp;
      this.#count(requestId, timestamp, response.encodedDataLength);
    });
    session.on('Network.dataReceived', ({ requestId, timestamp, encodedDataLength }) => {
      this.#count(requestId, timestamp, encodedDataLength);
    });
    session.on('Network.loadingFinished', ({ requestId, timestamp, encodedDataLength }) => {
      // All of it, of which some was not yet told.
      const rest = encodedDataLength - (this.#counted.get(requestId) ?? 0);
      if (rest > 0) this.#count(requestId, timestamp, rest);
      this.#end(requestId);
    });
    session.on('Network.loadingFailed', ({ requestId }) => this.#end(requestId));
    session.on('Network.webSocketWillSendHandshakeRequest', ({ timestamp }) => {
      this.handshake ??= timestamp;
    });
    session.on('Network.webSocketFrameReceived', ({ timestamp }) => {
      this.firstFrame ??= timestamp;
    });
  }

  /** For how long nothing was under way. */
  get quietMs() {
    return this.#open.size > 0 ? 0 : Date.now() - this.#lastEnd;
  }

  /** In ms of the clock of all clocks. @param {number} timestamp */
  sinceStart(timestamp) {
    return timestamp * 1000 + this.#epoch;
  }

  /** @param {string} request @param {number} at @param {number} bytes */
  #count(request, at, bytes) {
    this.#counted.set(request, (this.#counted.get(request) ?? 0) + bytes);
    this.received.push({ at, bytes });
  }

  /** @param {string} request */
  #end(request) {
    this.#open.delete(request);
    this.#lastEnd = Date.now();
  }
}

/** Runs in the page, before all else. */
function observe() {
  const seen = {
    largestContentfulPaint: NaN,
    /** @type {{ start: number, end: number }[]} */
    longTasks: [],
    /** @type {{ at: number, value: number }[]} */
    shifts: [],
  };
  Object.assign(window, { __seen: seen });
  /** @param {string} type @param {(entry: any) => void} record */
  const on = (type, record) =>
    new PerformanceObserver((list) => list.getEntries().forEach(record)).observe({
      type,
      buffered: true,
    });
  on('largest-contentful-paint', ({ startTime }) => (seen.largestContentfulPaint = startTime));
  on('longtask', ({ startTime, duration }) => {
    seen.longTasks.push({ start: startTime, end: startTime + duration });
  });
  on('layout-shift', ({ startTime, value, hadRecentInput }) => {
    if (!hadRecentInput) seen.shifts.push({ at: startTime, value });
  });
}

/** Runs in the page, at last. */
function results() {
  const { largestContentfulPaint, longTasks, shifts } = /** @type {any} */ (window).__seen;
  // Shifts less than a second apart count together, for at most five: https://web.dev/articles/cls
  let layoutShift = 0;
  let together = { from: -Infinity, last: -Infinity, sum: 0 };
  for (const { at, value } of shifts) {
    if (at - together.last >= 1000 || at - together.from >= 5000) {
      together = { from: at, last: at, sum: 0 };
    }
    together.last = at;
    together.sum += value;
    layoutShift = Math.max(layoutShift, together.sum);
  }
  const [paint] = performance.getEntriesByName('first-contentful-paint');
  const [navigation] = /** @type {PerformanceNavigationTiming[]} */ (
    performance.getEntriesByType('navigation')
  );
  return {
    timeOrigin: performance.timeOrigin,
    firstContentfulPaint: paint?.startTime ?? NaN,
    /** @type {number} */
    largestContentfulPaint,
    /** @type {{ start: number, end: number }[]} */
    longTasks,
    layoutShift,
    load: navigation?.loadEventEnd ?? NaN,
  };
}

/** @param {number[]} values */
const sum = (values) => values.reduce((all, value) => all + value, 0);
