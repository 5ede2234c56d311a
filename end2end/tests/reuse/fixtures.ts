/** An application that takes the counter without the blog: `make reuse-tests`. */

import { lend, test as base } from '../../support/fixtures';
import { Server } from '../../support/server';

export { expect } from '../../support/fixtures';

export const test = base.extend({
  server: async ({}, use, testInfo) => {
    await lend(await Server.startRecipes(), use, testInfo);
  },
});
