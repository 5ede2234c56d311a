/** What a test of another site starts from: that site, and a server that counts for it. */

import { lend, test as base } from '../../support/fixtures';
import { Server } from '../../support/server';
import { type SiteFiles, StaticSite } from '../../support/static-site';

export { expect } from '../../support/fixtures';

interface Options {
  files: SiteFiles;
  /** Where the site says which pages there are. */
  slugs: string;
}

interface Fixtures {
  site: StaticSite;
  /** The same files at another address, whose pages may not connect. */
  elsewhere: StaticSite;
}

export const test = base.extend<Options & Fixtures>({
  files: [{ folder: '' }, { option: true }],

  slugs: ['', { option: true }],

  site: ({ files }, use) => serve(files, use),

  elsewhere: ({ files, server }, use) =>
    serve(files, async (site) => {
      site.counts = server.url;
      await use(site);
    }),

  server: async ({ site, slugs }, use, testInfo) => {
    const server = await Server.start({
      VIEW_COUNTER_BLOG: 'off',
      VIEW_COUNTER_SLUGS: `${site.url}${slugs}`,
      VIEW_COUNTER_ORIGIN: site.url,
    });
    site.counts = server.url;
    await lend(server, use, testInfo);
  },

  // `server` is asked for, so that the site knows it.
  baseURL: ({ site, server: _ }, use) => use(site.url),
});

async function serve(
  files: SiteFiles,
  use: (site: StaticSite) => Promise<void>,
): Promise<void> {
  const site = await StaticSite.serve(files);
  try {
    await use(site);
  } finally {
    await site.close();
  }
}
