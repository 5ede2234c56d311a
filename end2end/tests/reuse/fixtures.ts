/** Applications that take the counter without the blog: `make reuse-tests`. */

import { lend, test as base } from '../../support/fixtures';
import { Server } from '../../support/server';

export { expect } from '../../support/fixtures';

/** A test on `examples/reuse`. */
export const test = base.extend({
  server: async ({ settings }, use, testInfo) => {
    await lend(await Server.startRecipes(settings), use, testInfo);
  },
});

/** The application that docs/reuse.md prints. */
export const printed = base.extend({
  // The template's icon is none of what is printed.
  expectedComplaints: /favicon\.ico/,

  server: async ({}, use, testInfo) => {
    await lend(await Server.startPrinted(), use, testInfo);
  },
});

/** A test on `end2end/hosts/leptos`, where each page is a place for a counter. */
export const placementTest = base.extend({
  server: async ({}, use, testInfo) => {
    await lend(await Server.startPlacements(), use, testInfo);
  },
});
