import type { Page } from '@playwright/test';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { withFiles } from '../support/content';
import { expect, test } from '../support/fixtures';
import { countLoads, expectCounter, hydrated, PAGES } from '../support/page';
import type { Server } from '../support/server';

/** What the policies of all documents of a page forbid, from now on. */
async function violations(page: Page): Promise<string[]> {
  const seen: string[] = [];
  await page.exposeFunction('violated', (what: string) => void seen.push(what));
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      const { violated } = window as unknown as { violated: (what: string) => void };
      violated(`${event.effectiveDirective} ${event.blockedURI}`);
    });
  });
  return seen;
}

/** What a script does that should never have run. */
const INJECTED = "document.documentElement.dataset.injected = 'yes'";

const isInjected = (page: Page) =>
  page.evaluate(() => document.documentElement.hasAttribute('data-injected'));

const TITLE = `Evil & </title></script><script>${INJECTED}</script>`;

/** A server whose posts an enemy has written into. */
const withEvilContent = (use: (server: Server) => Promise<void>) =>
  withFiles(
    {
      'posts/evil.md': `+++
title = "${TITLE}"
date = 2026-03-05
description = "A post with scripts in it."
+++

<script>${INJECTED}</script>
<svg onload="${INJECTED}"></svg>
<img src="/media/posts/tide.svg" onload="${INJECTED}" alt="">
<iframe srcdoc="<script>parent.${INJECTED}</script>"></iframe>
<p id="styled" style="color: rgb(1, 2, 3)">A paragraph.</p>
`,
      'posts/evil.svg': `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9" onload="${INJECTED}">
<style>rect { fill: rgb(1, 2, 3) }</style>
<script>${INJECTED}</script>
<rect width="9" height="9"/>
</svg>
`,
    },
    use,
  );

test.describe('the site keeps to its own policy', () => {
  // The document that is not there says so itself; nothing else may.
  test.use({ expectedComplaints: /404 \(Not Found\) \(http:\/\/[^/]+\/nowhere\)/ });

  for (const [name, address] of Object.entries(PAGES)) {
    test(`${name}, loaded`, async ({ page }) => {
      const seen = await violations(page);
      await page.goto(address, { waitUntil: 'networkidle' });
      await hydrated(page);
      if (name === 'post') await expectCounter(page, '1 reading now · 1 view');
      // Images are fetched when they are about to be seen.
      await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
      await page.waitForLoadState('networkidle');
      expect(seen).toEqual([]);
    });
  }

  test('from page to page, without a load', async ({ page }) => {
    const seen = await violations(page);
    await page.goto('/');
    await hydrated(page);
    const loads = countLoads(page);
    const follow = async (link: string, heading: string) => {
      await page.getByRole('link', { name: link, exact: true }).first().click();
      await expect(page.getByRole('heading', { level: 1 })).toHaveText(heading);
    };
    await follow('Noon', 'Noon');
    await expectCounter(page, '1 reading now · 1 view');
    await expect(page.getByRole('button', { name: 'Copy' })).toHaveCount(2);
    await follow('Next Dusk', 'Dusk');
    await expectCounter(page, '1 reading now · 1 view');
    await follow('Flood', 'Posts tagged Flood');
    await follow('About', 'About');
    await follow('Privacy', 'Privacy');
    await page.goBack();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('About');
    expect(loads()).toBe(0);
    expect(seen).toEqual([]);
  });

  test('a post with images of another site is loaded, shows them, and counts once', async ({
    page,
  }) => {
    const other = createServer((_, response) => {
      const image = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>';
      response.setHeader('content-type', 'image/svg+xml').end(image);
    });
    await once(other.listen(0, '127.0.0.1'), 'listening');
    const { port } = other.address() as AddressInfo;
    const post = `+++
title = "Far"
date = 2026-03-06
description = "A post with an image of another site."
+++

![From afar](http://127.0.0.1:${port}/a.svg)
`;
    try {
      await withFiles({ 'posts/far.md': post }, async (server) => {
        const seen = await violations(page);
        await page.goto(server.url);
        await hydrated(page);
        const loads = countLoads(page);
        await page.getByRole('link', { name: 'Far' }).click();
        await expect(page.getByRole('heading', { level: 1 })).toHaveText('Far');
        await expect(page.getByAltText('From afar')).toHaveJSProperty('naturalWidth', 9);
        await expectCounter(page, '1 reading now · 1 view');
        expect(page.url()).toBe(`${server.url}/posts/far`);
        expect(loads()).toBe(1);
        await page.goBack();
        await expect(page.getByRole('heading', { level: 1 })).toHaveText('Tide Log');
        expect(page.url()).toBe(`${server.url}/`);
        expect(seen).toEqual([]);
        // Or the page would try to reach a server that has stopped.
        await page.goto('about:blank');
      });
    } finally {
      other.close();
      other.closeAllConnections();
    }
  });

  test('with all that a reader can press', async ({ page, context }) => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    const seen = await violations(page);
    await page.goto('/posts/noon#ignore-me');
    await expectCounter(page, '1 reading now · 1 view');
    await page.getByRole('button', { name: 'Leave this browser out' }).click();
    await expectCounter(page, '0 reading now · 1 view');
    await page.getByRole('button', { name: 'Count this browser again' }).click();
    await expectCounter(page, '1 reading now · 1 view');
    await page.getByRole('button', { name: 'Switch between light and dark' }).click();
    for (const button of await page.locator('button.copy').all()) {
      await button.click();
      await expect(button).toHaveText('Copied');
    }
    expect(seen).toEqual([]);
  });
});

test.describe('the policy is in force', () => {
  // The browser says what it blocks, and may ask for the icon when the server has
  // stopped.
  test.use({
    expectedComplaints:
      /Content Security Policy|frame is sandboxed|ERR_CONNECTION_REFUSED.*favicon\./,
  });

  test('nothing that came with a post runs, loaded or navigated to', async ({ page }) => {
    await withEvilContent(async (server) => {
      const seen = await violations(page);
      await page.goto(`${server.url}/posts/evil`);
      await expectCounter(page, '1 reading now · 1 view');
      await expect(page).toHaveTitle(`${TITLE} · Tide Log`);
      await expect
        .poll(() => [...new Set(seen)].sort())
        .toEqual([
          'script-src-attr inline',
          'script-src-elem inline',
          'style-src-attr inline',
        ]);
      expect(await isInjected(page)).toBe(false);
      const styled = page.locator('#styled');
      await expect(styled).not.toHaveCSS('color', 'rgb(1, 2, 3)');

      await page.goto(server.url);
      await hydrated(page);
      const loads = countLoads(page);
      seen.length = 0;
      await page.getByRole('link', { name: 'Evil' }).click();
      await expectCounter(page, '1 reading now · 2 views');
      await expect(page).toHaveTitle(`${TITLE} · Tide Log`);
      await expect.poll(() => seen).toContain('script-src-attr inline');
      expect(loads()).toBe(0);
      expect(await isInjected(page)).toBe(false);
      await expect(styled).not.toHaveCSS('color', 'rgb(1, 2, 3)');
      // Or the page would try to reach a server that has stopped.
      await page.goto('about:blank');
    });
  });

  test('a drawing that is opened by itself is drawn, and runs nothing', async ({ page }) => {
    await withEvilContent(async (server) => {
      await page.goto(`${server.url}/media/posts/evil.svg`);
      await expect(page.locator('rect')).toHaveCSS('fill', 'rgb(1, 2, 3)');
      expect(await isInjected(page)).toBe(false);
      expect(await page.evaluate(() => self.origin), 'it is nobody').toBe('null');
    });
  });

  test('nothing goes to another site', async ({ page, server }) => {
    const seen = await violations(page);
    await page.goto('/');
    await hydrated(page);
    const names = ['127.0.0.1', 'localhost'];
    const { hostname } = new URL(server.url);
    const other = server.url.replace(hostname, names.find((name) => name !== hostname) ?? '');
    await page.evaluate(async (other) => {
      await fetch(`${other}/healthz`).catch(() => {});
      const socket = new WebSocket(`${other.replace('http', 'ws')}/api/v1/connect/noon`);
      socket.onerror = () => {};
      document.body.append(Object.assign(new Image(), { src: `${other}/favicon.svg` }));
      document.body.append(
        Object.assign(document.createElement('script'), { src: `${other}/a.js` }),
      );
    }, other);
    await expect
      .poll(() => [...seen].sort())
      .toEqual([
        `connect-src ${other}/healthz`,
        `connect-src ${other.replace('http', 'ws')}/api/v1/connect/noon`,
        `img-src ${other}/favicon.svg`,
        `script-src-elem ${other}/a.js`,
      ]);
  });
});

test.describe('the pages of other sites', () => {
  test.use({ expectedComplaints: /frame-ancestors/ });

  test('cannot put this one in a frame', async ({ page, server, complaints }) => {
    // From this machine too: what the internet has may not reach into it, and that
    // would keep the frame empty in the policy's place.
    const html = `<iframe src="${server.url}"></iframe>`;
    const other = createServer((_, response) => {
      response.setHeader('content-type', 'text/html').end(html);
    });
    await once(other.listen(0, '127.0.0.1'), 'listening');
    try {
      const { port } = other.address() as AddressInfo;
      await page.goto(`http://127.0.0.1:${port}/`);
      await expect.poll(() => page.frames()[1]?.url()).toMatch(/^chrome-error:/);
      await expect.poll(() => complaints.join('\n')).toContain('frame-ancestors');
    } finally {
      other.close();
      other.closeAllConnections();
    }
  });
});
