// Pages that change without a load, by routers that say so and by others, and by libraries that
// own the page's DOM.

import type { Page } from '@playwright/test';
import { counters, expect, html, test } from './host-page';

const LIVE = '1 reading now · 1 view';
const TURBO = '<script src="/turbo.js"></script>';
const link = (page: Page, name: string) => page.getByRole('link', { name });

test.describe('with Turbo', () => {
  const noon = (links: string, head = '') =>
    html(`<h1>Noon</h1><view-counter slug="noon"></view-counter>${links}`, TURBO + head);

  test('after a link to a download the page reads on, as the same view', async ({
    page,
    write,
    server,
    sockets,
    watch,
  }) => {
    const watcher = await watch('noon');
    write('/noon', noon('<a href="/file">A file</a>'));
    write('/file', {
      headers: { 'content-type': 'application/octet-stream', 'content-disposition': 'attachment' },
      body: 'a file',
    });
    await page.goto('/noon');
    await expect(counters(page)).toHaveText(LIVE);
    const download = page.waitForEvent('download');
    await link(page, 'A file').click();
    await download;
    await expect.poll(() => watcher.latest).toEqual({ live: 0, total: 1 });
    await expect
      .poll(() => watcher.latest, { timeout: 14_000 })
      .toEqual({ live: 1, total: 1 });
    await expect(counters(page)).toHaveText(LIVE);
    await expect.poll(() => new Set(sockets.views).size).toBe(1);
    expect(await server.views('noon')).toEqual({ live: 1, total: 1 });
  });

  test('a visit that is answered with nothing leaves the page as the same view', async ({
    page,
    write,
    sockets,
    watch,
  }) => {
    const watcher = await watch('noon');
    write('/noon', noon('<a href="/nothing">Nothing</a>'));
    write('/nothing', { status: 204 });
    await page.goto('/noon');
    await expect(counters(page)).toHaveText(LIVE);
    await link(page, 'Nothing').click();
    await expect.poll(() => watcher.latest).toEqual({ live: 0, total: 1 });
    await expect
      .poll(() => watcher.latest, { timeout: 14_000 })
      .toEqual({ live: 1, total: 1 });
    await expect.poll(() => new Set(sockets.views).size).toBe(1);
  });

  test('a page that takes longer than ten seconds is read when it has come', async ({
    page,
    write,
    server,
    watch,
  }) => {
    const watcher = await watch('noon');
    let release = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    const late = html('<h1>Dusk</h1><view-counter></view-counter>', TURBO);
    write('/noon', noon('<a href="/dusk">Dusk</a>'));
    write('/dusk', held.then(() => ({ body: late })));
    await page.goto('/noon');
    await expect(counters(page)).toHaveText(LIVE);
    await link(page, 'Dusk').click();
    await expect.poll(() => watcher.latest).toEqual({ live: 0, total: 1 });
    await expect
      .poll(() => watcher.latest, { timeout: 14_000, message: 'it is still there' })
      .toEqual({ live: 1, total: 1 });
    release();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Dusk');
    await expect(counters(page)).toHaveText(LIVE);
    await expect.poll(() => watcher.latest).toEqual({ live: 0, total: 1 });
    expect(await server.views('dusk')).toEqual({ live: 1, total: 1 });
  });

  test('a preview of a page that takes longer than ten seconds is no view', async ({
    page,
    write,
    server,
    sockets,
  }) => {
    test.setTimeout(60_000);
    const dusk = html(
      '<h1>Dusk</h1><view-counter slug="dusk"></view-counter><a href="/noon">Noon</a>',
      TURBO,
    );
    write('/noon', noon('<a href="/dusk">Dusk</a>'));
    write('/dusk', dusk);
    await page.goto('/dusk');
    await expect(counters(page)).toHaveText(LIVE);
    await link(page, 'Noon').click();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Noon');
    await expect(counters(page)).toHaveText(LIVE);

    let release = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    write('/dusk', held.then(() => ({ body: dusk })));
    await link(page, 'Dusk').click();
    await expect(page.locator('html[data-turbo-preview]')).toBeAttached();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Dusk');
    await expect.poll(() => server.views('noon')).toEqual({ live: 0, total: 1 });
    await page.waitForTimeout(11_500);
    expect(await server.views('dusk')).toEqual({ live: 0, total: 1 });
    await expect.poll(() => sockets.slugs).toEqual([]);

    release();
    await expect(page.locator('html[data-turbo-preview]')).not.toBeAttached();
    await expect(counters(page)).toHaveText('1 reading now · 2 views');
    await page.waitForTimeout(500);
    expect(await server.views('dusk')).toEqual({ live: 1, total: 2 });
    expect(await server.views('noon')).toEqual({ live: 0, total: 1 });
  });

  test('a counter that Turbo keeps reads no preview', async ({ page, write, server, sockets }) => {
    test.setTimeout(60_000);
    const kept = '<view-counter id="kept" slug="noon" data-turbo-permanent></view-counter>';
    const pageOf = (title: string, next: string) =>
      html(
        `<h1>${title}</h1>${kept}<a href="${next}">Next</a>`,
        `<meta name="turbo-prefetch" content="false">${TURBO}`,
      );
    write('/noon', pageOf('Noon', '/dusk'));
    write('/dusk', pageOf('Dusk', '/noon'));
    await page.goto('/dusk');
    await expect(counters(page)).toHaveText(LIVE);
    await link(page, 'Next').click();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Noon');
    await expect(counters(page)).toHaveText('1 reading now · 2 views');

    let release = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    write('/dusk', held.then(() => ({ body: pageOf('Dusk', '/noon') })));
    await link(page, 'Next').click();
    await expect(page.locator('html[data-turbo-preview]')).toBeAttached();
    await expect.poll(() => server.views('noon')).toEqual({ live: 0, total: 2 });
    const opened = sockets.opened.length;
    await page.waitForTimeout(11_500);
    expect(sockets.opened).toHaveLength(opened);
    release();
    await expect(page.locator('html[data-turbo-preview]')).not.toBeAttached();
    await expect(counters(page)).toHaveText('1 reading now · 3 views');
  });

  for (const [how, head, other] of [
    ['an asset that changed', '<script src="/1.js" data-turbo-track="reload"></script>', '2'],
    ['a page that asks for a load', '', 'reload'],
  ] as const) {
    test(`${how} makes one view of each page`, async ({ page, write, server }) => {
      write('/1.js', { headers: { 'content-type': 'text/javascript' } });
      write('/2.js', { headers: { 'content-type': 'text/javascript' } });
      const next =
        other === '2'
          ? head.replace('/1.js', '/2.js')
          : '<meta name="turbo-visit-control" content="reload">';
      write('/noon', noon('<a href="/dusk">Dusk</a>', head));
      write('/dusk', html('<h1>Dusk</h1><view-counter></view-counter>', TURBO + next));
      await page.goto('/noon');
      await expect(counters(page)).toHaveText(LIVE);
      await link(page, 'Dusk').click();
      await expect(page.getByRole('heading', { level: 1 })).toHaveText('Dusk');
      await expect(counters(page)).toHaveText(LIVE);
      await page.waitForTimeout(1_000);
      expect(await server.views('noon')).toEqual({ live: 0, total: 1 });
      expect(await server.views('dusk')).toEqual({ live: 1, total: 1 });
    });
  }

  test.describe('a counter that Turbo keeps', () => {
    test.use({ expectedComplaints: /WebSocket connection to .* failed|status of 40[34]/ });

    test('shows nothing on a page that is not counted, and is new on the next', async ({
      page,
      write,
      server,
    }) => {
      const kept = '<view-counter id="kept" data-turbo-permanent></view-counter>';
      for (const [path, title, next] of [
        ['/noon', 'Noon', '/nowhere'],
        ['/nowhere', 'Nowhere', '/dusk'],
        ['/dusk', 'Dusk', '/noon'],
      ] as const) {
        write(path, html(`<h1>${title}</h1>${kept}<a href="${next}">Next</a>`, TURBO));
      }
      await page.goto('/noon');
      await expect(counters(page)).toHaveText(LIVE);
      await link(page, 'Next').click();
      await expect(page.getByRole('heading', { level: 1 })).toHaveText('Nowhere');
      await expect(page.locator('[part^=is-]')).toBeHidden();
      await expect.poll(() => server.views('noon')).toEqual({ live: 0, total: 1 });
      await link(page, 'Next').click();
      await expect(page.getByRole('heading', { level: 1 })).toHaveText('Dusk');
      await expect(page.locator('[part=is-live]')).toBeVisible();
      expect(await server.views('dusk')).toEqual({ live: 1, total: 1 });
    });
  });

  test('a morph of the page leaves the numbers where they are', async ({ page, write, sockets }) => {
    write(
      '/noon',
      noon(
        '<a href="/noon" data-turbo-action="replace">Again</a><p id="new"></p>',
        '<meta name="turbo-refresh-method" content="morph">',
      ),
    );
    await page.goto('/noon');
    await expect(counters(page)).toHaveText(LIVE);
    const numbers = await counters(page).evaluateHandle((counter) => {
      const seen: string[] = [];
      const look = () => {
        seen.push(counter.shadowRoot!.textContent ?? '');
        requestAnimationFrame(look);
      };
      look();
      return seen;
    });
    write(
      '/noon',
      noon(
        '<a href="/noon" data-turbo-action="replace">Again</a><p id="new">is new</p>',
        '<meta name="turbo-refresh-method" content="morph">',
      ),
    );
    await link(page, 'Again').click();
    await expect(page.locator('#new')).toHaveText('is new');
    await expect(counters(page)).toHaveText(LIVE);
    expect(new Set(await numbers.jsonValue())).toEqual(new Set([LIVE]));
    await expect.poll(() => sockets.opened).toHaveLength(1);
  });
});

test.describe('with routers that say nothing', () => {
  const ONE = html('<div id="app"><view-counter></view-counter></div>');

  test('an address that changes before the page leaves the one and reads the other', async ({
    page,
    write,
    server,
    sockets,
  }) => {
    write('/noon', ONE);
    await page.goto('/noon');
    await expect(counters(page)).toHaveText(LIVE);
    await page.evaluate(() => {
      history.pushState(null, '', '/dusk');
      document.querySelector('#app')!.innerHTML = '<view-counter></view-counter>';
    });
    await expect.poll(() => server.views('dusk')).toEqual({ live: 1, total: 1 });
    await expect.poll(() => server.views('noon')).toEqual({ live: 0, total: 1 });
    await page.goBack();
    await expect.poll(() => server.views('noon')).toEqual({ live: 1, total: 2 });
    await expect.poll(() => server.views('dusk')).toEqual({ live: 0, total: 1 });
    await expect.poll(() => sockets.slugs).toEqual(['noon']);
  });

  test('an address that changes after the page counts the page under it', async ({
    page,
    write,
    server,
  }) => {
    write('/noon', ONE);
    await page.goto('/noon');
    await expect(counters(page)).toHaveText(LIVE);
    await page.evaluate(() => {
      document.querySelector('#app')!.innerHTML = '<view-counter></view-counter>';
      setTimeout(() => history.pushState(null, '', '/dusk'), 300);
    });
    await expect.poll(() => server.views('dusk')).toEqual({ live: 1, total: 1 });
    await expect.poll(() => server.views('noon')).toEqual({ live: 0, total: 1 });
  });

  test('a counter with a slug that stays while the address changes is the same view', async ({
    page,
    write,
    server,
    sockets,
  }) => {
    write('/noon', html('<view-counter slug="dusk"></view-counter>'));
    await page.goto('/noon');
    await expect(counters(page)).toHaveText(LIVE);
    await page.evaluate(() => history.pushState(null, '', '/noon/2'));
    await page.waitForTimeout(1_000);
    await expect.poll(() => sockets.opened).toHaveLength(1);
    expect(await server.views('dusk')).toEqual({ live: 1, total: 1 });
  });

  test('a slug that comes back after another page is a new view', async ({ page, write, server }) => {
    write('/noon', html('<div id="app"><view-counter slug="noon"></view-counter></div>'));
    await page.goto('/noon');
    await expect(counters(page)).toHaveText(LIVE);
    const show = (path: string, slug: string) =>
      page.evaluate(
        ([path, slug]) => {
          history.pushState(null, '', path);
          document.querySelector('#app')!.innerHTML = `<view-counter slug="${slug}"></view-counter>`;
        },
        [path, slug] as const,
      );
    await show('/dusk', 'dusk');
    await expect.poll(() => server.views('dusk')).toEqual({ live: 1, total: 1 });
    await show('/noon', 'noon');
    await expect.poll(() => server.views('noon')).toEqual({ live: 1, total: 2 });
    await expect.poll(() => server.views('dusk')).toEqual({ live: 0, total: 1 });
  });
});

test.describe('a slug that comes back with Back is a new view', () => {
  type Order = 'in one task' | 'the address first' | 'the page first';
  const ORDERS: Order[] = ['in one task', 'the address first', 'the page first'];

  /** Shows the page of this slug as a router does that changes the address and the page so. */
  const go = (page: Page, order: Order, slug: string, isBack: boolean) =>
    page.evaluate(
      async ([order, slug, isBack]) => {
        const later = () => new Promise((resolve) => setTimeout(resolve, 150));
        const draw = () => {
          document.querySelector('#app')!.innerHTML = `<view-counter slug="${slug}"></view-counter>`;
        };
        const move = () =>
          new Promise<void>((resolve) => {
            const moved = () => {
              if (order === 'in one task') draw();
              resolve();
            };
            if (isBack) {
              addEventListener('popstate', moved, { once: true });
              history.back();
            } else {
              history.pushState(null, '', `/${slug}`);
              moved();
            }
          });
        if (order === 'the page first') {
          draw();
          await later();
        }
        await move();
        if (order === 'the address first') {
          await later();
          draw();
        }
      },
      [order, slug, isBack] as const,
    );

  for (const there of ORDERS) {
    for (const back of ORDERS) {
      test(`${there}, and back ${back}`, async ({ page, write, server }) => {
        write('/noon', html('<div id="app"><view-counter slug="noon"></view-counter></div>'));
        await page.goto('/noon');
        await expect(counters(page)).toHaveText(LIVE);
        await go(page, there, 'dusk', false);
        await expect.poll(() => server.views('dusk')).toEqual({ live: 1, total: 1 });
        await expect.poll(() => server.views('noon')).toEqual({ live: 0, total: 1 });
        await go(page, back, 'noon', true);
        await expect.poll(() => server.views('noon')).toEqual({ live: 1, total: 2 });
        await expect.poll(() => server.views('dusk')).toEqual({ live: 0, total: 1 });
      });
    }
  }
});

test('a counter that is taken off and put back is the same view', async ({
  page,
  write,
  server,
  sockets,
}) => {
  write('/noon', html('<view-counter slug="noon"></view-counter>'));
  await page.goto('/noon');
  await expect(counters(page)).toHaveText(LIVE);
  for (const pause of [150, 150, 150, 150, 1_000]) {
    await page.evaluate(async (pause) => {
      const counter = document.querySelector('view-counter')!;
      counter.remove();
      await new Promise((resolve) => setTimeout(resolve, pause));
      document.body.append(counter);
    }, pause);
  }
  await expect(counters(page)).toHaveText(LIVE);
  await expect.poll(() => server.views('noon')).toEqual({ live: 1, total: 1 });
  await expect.poll(() => sockets.opened, 'only the last pause was long').toHaveLength(2);
});

test('the address that a page says is its own names it, and paths are composed', async ({
  page,
  write,
  sockets,
}) => {
  write('/n', html('<view-counter></view-counter>', '<link rel="canonical" href="/posts/noon/">'));
  await page.goto('/n');
  await expect(counters(page)).toHaveText(LIVE);
  expect(sockets.everOpened).toEqual(['posts/noon']);

  const elsewhere = '<link rel="canonical" href="https://other.example/dusk">';
  write('/noon', html('<view-counter></view-counter>', elsewhere));
  await page.goto('/noon');
  await expect(counters(page)).toHaveText(LIVE);
  expect(sockets.everOpened.at(-1), 'that of another site does not').toBe('noon');

  for (const path of ['/posts/caf%C3%A9', '/posts/cafe%CC%81']) {
    write(path, html('<view-counter></view-counter>'));
    await page.goto(path);
    await expect(counters(page)).toContainText('1 reading now');
    expect(decodeURIComponent(sockets.everOpened.at(-1) ?? '')).toBe('posts/café');
  }
});

test('the address that a page says is its own names it, wherever the script stands', async ({
  page,
  write,
  sockets,
}) => {
  // As from the browser's cache: there before the parser comes to the link.
  const early = html('<view-counter></view-counter>', '<link rel="canonical" href="/posts/noon/">');
  write('/n', early.replace(' async', ''));
  await page.goto('/n');
  await expect(counters(page)).toHaveText(LIVE);
  expect(sockets.everOpened).toEqual(['posts/noon']);

  // A framework writes the link, and then the counter.
  write('/d', html('<view-counter slug="noon"></view-counter>'));
  await page.goto('/d');
  await expect(counters(page)).toHaveText(LIVE);
  await page.evaluate(() => {
    document.head.insertAdjacentHTML('beforeend', '<link rel="canonical" href="/dusk">');
    document.body.innerHTML = '<view-counter></view-counter>';
  });
  await expect.poll(() => sockets.everOpened.at(-1)).toBe('dusk');
  await expect(counters(page)).toHaveText(LIVE);
});

test('a list does not settle the name of a page, and a reader does', async ({
  page,
  write,
  server,
  sockets,
}) => {
  write('/n', html('<view-counter no-count></view-counter>'));
  await page.goto('/n');
  await page.waitForFunction('customElements.get("view-counter")');
  const canonical = (path: string) =>
    page.evaluate((path) => {
      document.querySelector('link[rel=canonical]')?.remove();
      document.head.insertAdjacentHTML('beforeend', `<link rel="canonical" href="${path}">`);
      document.body.append(document.createElement('view-counter'));
    }, path);
  await page.waitForTimeout(200);
  await canonical('/noon');
  await expect.poll(() => server.views('noon')).toEqual({ live: 1, total: 1 });
  await canonical('/dusk');
  await page.waitForTimeout(500);
  expect(await server.views('dusk'), 'it is read under its name').toEqual({ live: 0, total: 0 });
  await expect.poll(() => sockets.slugs).toEqual(['noon']);
});

test('an address of 190 letters of another script is counted', async ({ page, write }) => {
  const path = `/${'%E0%A4%95'.repeat(190)}`;
  write(path, html('<view-counter></view-counter>'));
  await page.goto(path);
  await expect(counters(page)).toHaveText(LIVE);
});

test('React hydrates a page around the element, and what the reader typed stays', async ({
  page,
  write,
}) => {
  write(
    '/react',
    html(
      `<div id="app"><article><view-counter slug="noon"></view-counter><input></article></div>
      <script src="/react.js"></script><script src="/react-dom.js"></script>
      <script>
        const { createElement: element } = React;
        const page = (key) => element('article', { 'data-drawn': key },
          element('view-counter', { slug: 'noon' }), element('input'));
        const problems = [];
        const hydrate = () => {
          const root = ReactDOM.hydrateRoot(document.querySelector('#app'), page('1'), {
            onRecoverableError: (error) => problems.push(String(error)),
          });
          return new Promise((done) => setTimeout(() => {
            root.render(page('2'));
            setTimeout(() => done(problems), 100);
          }, 100));
        };
      </script>`,
    ),
  );
  await page.goto('/react');
  await expect(counters(page)).toHaveText(LIVE);
  await page.locator('input').fill('half a letter');
  expect(await page.evaluate('hydrate()')).toEqual([]);
  await expect(page.locator('article')).toHaveAttribute('data-drawn', '2');
  await expect(page.locator('input')).toHaveValue('half a letter');
  await expect(counters(page)).toHaveText(LIVE);
});
