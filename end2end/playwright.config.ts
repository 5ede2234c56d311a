import { defineConfig } from '@playwright/test';
import { ENGINES, type EngineName } from './engines/window';
import { PLAIN } from './support/plain-pages';
import { USER_AGENT } from './support/user-agent';

/** The machine's own Chromium. Without one, Playwright's download is used. */
const executablePath = process.env['CHROMIUM'];

/** What is said of a counter's life, which holds for the element of /embed.js too. */
const LIVES = ['life/*', 'leaving', 'lost', 'reading', 'refused', 'restart'].map(
  (name) => `${name}.spec.ts`,
);

/** What is said of an application that takes the counter without the blog. */
const REUSE = Boolean(process.env['VIEW_COUNTER_REUSE']);

/** What README and docs/embed.md print. */
const RECIPES = Boolean(process.env['VIEW_COUNTER_RECIPES']);

/** What is only so for a program of its own kind, or behind a proxy, or of another one. */
const NOT_NOW = [
  ...(process.env['VIEW_COUNTER_PROGRAM'] ? [] : ['dist.spec.ts']),
  // The one has a proxy of its own before the server.
  process.env['VIEW_COUNTER_THROUGH'] ? 'embed/prefix.spec.ts' : 'proxy.spec.ts',
  ...(REUSE ? ['reuse/engines/*.spec.ts'] : ['reuse/**/*.spec.ts']),
];

/** The engines in which the core of the tests runs: all, or those that are named. */
const RUN_IN = (process.env['VIEW_COUNTER_ENGINES'] ?? ENGINES.join())
  .split(',')
  .filter((name): name is EngineName => (ENGINES as readonly string[]).includes(name));

export default defineConfig<object, { engineName: EngineName }>({
  testDir: 'tests',
  ...(PLAIN ? { testMatch: LIVES, grepInvert: /@blog/ } : {}),
  ...(REUSE ? { testMatch: 'reuse/**/*.spec.ts' } : {}),
  // Every test has a server and a database of its own, so any two may run at once.
  fullyParallel: true,
  workers: 2,
  forbidOnly: Boolean(process.env['CI']),
  // One more try where nobody watches: a busy machine is no reason to refuse work. The report
  // calls such a test flaky, and each of them is to be looked into.
  retries: process.env['CI'] ? 1 : 0,
  reporter: 'list',
  timeout: 30_000,
  expect: { timeout: 10_000 },
  use: {
    // As it comes, Playwright's Chromium says that it is a robot, twice. Robots
    // are not counted, and these tests are about readers.
    userAgent: USER_AGENT,
    launchOptions: {
      args: ['--disable-blink-features=AutomationControlled'],
      ...(executablePath ? { executablePath } : {}),
    },
    // A proxy of these tests vouches for itself.
    ignoreHTTPSErrors: Boolean(process.env['VIEW_COUNTER_THROUGH']),
    // The whole browser, without a window, and not the smaller headless shell.
    channel: 'chromium',
    actionTimeout: 10_000,
    navigationTimeout: 15_000,
  },
  projects: [
    ...(RECIPES
      ? [{ name: 'recipes', testMatch: 'recipes/*.spec.ts', timeout: 240_000 }]
      : [{ name: 'site', testIgnore: [...NOT_NOW, 'engines/*.spec.ts', 'recipes/*.spec.ts'] }]),
    ...RUN_IN.map((engineName) => ({
      name: engineName,
      testMatch: REUSE ? 'reuse/engines/*.spec.ts' : /tests\/engines\/.*\.spec\.ts$/,
      use: { engineName },
    })),
  ],
});
