/** An application that takes the counter without the blog: `make reuse-tests`. */

import { lend, test as base } from '../../support/fixtures';
import { Server } from '../../support/server';

export { expect } from '../../support/fixtures';

/** A test on `examples/reuse`. */
export const test = base.extend({
  server: async ({}, use, testInfo) => {
    await lend(await Server.startRecipes(), use, testInfo);
  },
});

/** A test on `end2end/hosts/leptos`, where each page is a place for a counter. */
export const placementTest = base.extend({
  server: async ({}, use, testInfo) => {
    await lend(await Server.startPlacements(), use, testInfo);
  },
});
