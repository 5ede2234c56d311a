/** What a test of another site starts from: that site, and a server that counts for it. */

import { fileURLToPath } from 'node:url';
import { lend, test as base } from '../../support/fixtures';
import { Server } from '../../support/server';
import { StaticSite } from '../../support/static-site';

export { expect } from '../../support/fixtures';

interface Options {
  /** The site's folder in the repository, its own address as its files have it, and where it says which pages there are. */
  example: { folder: string; written: string; slugs: string };
}

interface Fixtures {
  site: StaticSite;
}

export const test = base.extend<Options & Fixtures>({
  example: [{ folder: '', written: '', slugs: '' }, { option: true }],

  site: async ({ example }, use) => {
    const folder = fileURLToPath(new URL(`../../../${example.folder}`, import.meta.url));
    const site = await StaticSite.serve(folder, example.written);
    try {
      await use(site);
    } finally {
      await site.close();
    }
  },

  server: async ({ site, example }, use, testInfo) => {
    const server = await Server.start({
      VIEW_COUNTER_BLOG: 'off',
      VIEW_COUNTER_SLUGS: `${site.url}${example.slugs}`,
      VIEW_COUNTER_ORIGIN: site.url,
    });
    site.counts = server.url;
    await lend(server, use, testInfo);
  },

  // `server` is asked for, so that the site knows it.
  baseURL: ({ site, server: _ }, use) => use(site.url),
});
