// What a page has around the element, in it, and written at it.

import { THROUGH } from '../../support/front';
import { translate } from '../../support/translation';
import { counters, expect, html, SCRIPT, test } from './host-page';

const LIVE = '1 reading now · 1 view';

test('a tag that nothing closes shows the numbers where it stands, and removes nothing', async ({
  page,
  write,
}) => {
  write(
    '/open.html',
    html(`<article><h1>Noon</h1><view-counter slug="noon"/><p>Second paragraph.</p>
      <form><input name="draft"></form></article><p>After.</p>`),
  );
  await page.goto('/open.html');
  await page.locator('input').fill('half a letter');
  await expect(counters(page).locator('[part=is-live]')).toHaveText(LIVE);
  await expect(page.getByText('Second paragraph.')).toBeVisible();
  await expect(page.getByText('After.')).toBeVisible();
  await expect(page.locator('input')).toHaveValue('half a letter');
  await expect(page.locator('input')).toBeVisible();
  const [numbers, paragraph] = await Promise.all([
    page.locator('[part=is-live]').boundingBox(),
    page.getByText('Second paragraph.').boundingBox(),
  ]);
  expect(numbers!.y).toBeLessThan(paragraph!.y);
});

test('a counter inside of one that nothing closes has its own numbers', async ({ page, write }) => {
  write('/two.html', html('<p><view-counter slug="noon"/> and <view-counter slug="dusk"/></p>'));
  await page.goto('/two.html');
  await expect(page.locator('[part=is-live]')).toHaveText([LIVE, LIVE]);
  for (const numbers of await page.locator('[part=is-live]').all()) {
    await expect(numbers).toBeVisible();
  }
});

test('words of a counter inside of another are its own', async ({ page, write, read }) => {
  await read('dusk');
  write(
    '/inside.html',
    html(`<p><view-counter slug="noon"><b data-total>–</b> of noon,
      <view-counter slug="dusk"><b data-live>–</b> at dusk</p>`),
  );
  await page.goto('/inside.html');
  await expect(page.locator('b')).toHaveText(['1', '2']);
  await page.waitForTimeout(300);
  await expect(page.locator('b')).toHaveText(['1', '2']);
});

test('a library that writes over the numbers does not stop the page', async ({ page, write }) => {
  write(
    '/stubborn.html',
    html(`<view-counter slug="noon"><b data-total>–</b></view-counter>
      <script>
        const number = document.querySelector('b');
        let writes = 0;
        new MutationObserver(() => {
          if (number.textContent === '–') return;
          number.textContent = '–';
          writes++;
        }).observe(number, { childList: true });
      </script>`),
  );
  await page.goto('/stubborn.html');
  await page.waitForFunction('writes > 20');
  expect(await page.evaluate('1 + 1')).toBe(2);
});

test('in a page that the browser translates the numbers and their words follow', async ({
  page,
  write,
  read,
}) => {
  const words = '<i data-of="total" data-one="view" data-other="views">views</i>';
  write(
    '/translated.html',
    html(`<h1>Views</h1><view-counter slug="noon"><b data-total>–</b> ${words}</view-counter>
      <script>
        // As Chrome does, whenever there are new words.
        let translations = 0;
        const translate = () => {
          const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
          const texts = [];
          while (walker.nextNode()) texts.push(walker.currentNode);
          for (const text of texts) {
            const around = text.parentElement;
            if (around.closest('font, script, [translate=no]') || !/view/i.test(text.data)) continue;
            translations++;
            const font = document.createElement('font');
            font.append(document.createElement('font'));
            font.firstChild.textContent = 'Ansichten';
            text.replaceWith(font);
          }
        };
        new MutationObserver(() => setTimeout(translate)).observe(document.body, {
          childList: true, characterData: true, subtree: true,
        });
        translate();
      </script>`),
  );
  await page.goto('/translated.html');
  await expect(page.locator('h1')).toHaveText('Ansichten');
  await expect(counters(page)).toHaveText('1 view');
  await read('noon');
  await expect(counters(page)).toHaveText('2 views');
  await page.waitForTimeout(300);
  await expect(counters(page)).toHaveText('2 views');
  // The heading, and what stood in the element at first: it would go on for ever.
  expect(await page.evaluate('translations')).toBe(2);
});

test('numbers whose texts an extension replaces in the shadow follow', async ({
  page,
  write,
  read,
}) => {
  write('/replaced.html', html('<view-counter slug="noon"></view-counter>'));
  await page.goto('/replaced.html');
  await expect(counters(page).locator('[part=is-live]')).toHaveText(LIVE);
  await translate(page, 'view-counter', false);
  await expect(counters(page).locator('[part=total]')).toHaveText('übersetzt: 1 view');
  await read('noon');
  await expect(counters(page).locator('[part=is-live]')).toHaveText('2 reading now · 2 views');
});

test.describe('a slug that is not counted', () => {
  test.use({ expectedComplaints: /WebSocket connection to .* failed|status of 40[34]/ });

  test('what is in the element is shown until there are numbers, and again without', async ({
    page,
    write,
  }) => {
    write(
      '/fallback.html',
      html('<view-counter slug="noon"><i>Views are counted.</i></view-counter>'),
    );
    await page.goto('/fallback.html');
    await expect(page.locator('[part=is-live]')).toHaveText(LIVE);
    await expect(page.getByText('Views are counted.')).toBeHidden();
    await counters(page).evaluate((counter) => counter.setAttribute('slug', 'nowhere'));
    await expect(page.getByText('Views are counted.')).toBeVisible();
    await expect(page.locator('[part^=is-]')).toBeHidden();
  });

  test('never shows the numbers of the slug before', async ({ page, write, server }) => {
    write('/page.html', html('<view-counter slug="noon"></view-counter>'));
    await page.goto('/page.html');
    await expect(counters(page)).toHaveText(LIVE);
    await counters(page).evaluate((counter) => counter.setAttribute('slug', 'nowhere'));
    await expect(page.locator('[part^=is-]')).toBeHidden();
    await expect.poll(() => server.views('noon')).toEqual({ live: 0, total: 1 });
  });
});

test('slugs and servers are written in many ways, and mean one thing', async ({
  page,
  write,
  server,
  sockets,
}) => {
  const { host } = new URL(server.url);
  // Without a scheme it is that of the page, which no proxy is before.
  const withoutScheme = THROUGH ? [] : [host, `//${host}`];
  const servers = [`${server.url}/`, ` ${server.url} `, ...withoutScheme];
  write(
    '/written.html',
    html(
      ['/posts/noon/', ' posts/noon ', '/Posts//Noon/index.html']
        .map((slug) => `<p><view-counter slug="${slug}"></view-counter></p>`)
        .join('') +
        servers
          .map((at) => `<p><view-counter slug="posts/noon" server="${at}"></view-counter></p>`)
          .join(''),
    ),
  );
  await page.goto('/written.html');
  await expect(counters(page)).toHaveText(Array(3 + servers.length).fill(LIVE));
  await expect.poll(() => sockets.opened).toHaveLength(1);
  expect(sockets.everOpened, 'a slash of a slug is sent as a slash').toEqual(['posts/noon']);
});

test.describe('what can be no slug and no server', () => {
  test.use({ expectedComplaints: /is no slug|is no server|no server is known/ });

  test('is said once each, and harms no other counter', async ({ page, write }) => {
    const said: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error') said.push(message.text());
    });
    write(
      '/wrong.html',
      html(
        `<view-counter id="cut"></view-counter>
        <view-counter slug="a/../b"></view-counter><view-counter slug="a/../b"></view-counter>
        <view-counter slug="noon" server="ftp://counts.example"></view-counter>
        <view-counter slug="noon" id="good"></view-counter>
        <script>document.querySelector('#cut').setAttribute('slug', '🌊'.slice(0, 1))</script>`,
      ),
    );
    await page.goto('/wrong.html');
    await expect(page.locator('#good')).toHaveText(LIVE);
    await expect.poll(() => said).toHaveLength(3);
    expect(said.join('\n')).toContain('slug="a/../b" is no slug');
    expect(said.join('\n')).toContain('ftp://counts.example is no server');
  });

  for (const [name, script] of [
    ['a module', '<script type="module">import "http://127.0.0.1:3000/embed.js"</script>'],
    ['a script in the page', '<script>SCRIPT</script>'],
  ] as const) {
    test(`${name} does not know its server, and says what to write`, async ({
      page,
      write,
      request,
      server,
    }) => {
      const said: string[] = [];
      page.on('console', (message) => {
        if (message.type() === 'error') said.push(message.text());
      });
      const text = await (await request.get(`${server.url}/embed.js`)).text();
      const both = `<view-counter slug="noon"></view-counter>
        <p><view-counter slug="noon" server="http://127.0.0.1:3000"></view-counter></p>`;
      write('/module.html', html(both).replace(SCRIPT, () => script.replace('SCRIPT', () => text)));
      await page.goto('/module.html');
      await expect(page.locator('p view-counter')).toHaveText(LIVE);
      await expect.poll(() => said).toEqual([
        '<view-counter>: no server is known: write server',
      ]);
    });
  }
});

test('a page whose built-ins were replaced is counted', async ({ page, write, sockets }) => {
  // As Prototype 1.7 does.
  const replaced = '<script>Array.from = (list) => [].slice.call(list)</script>';
  write('/prototype.html', html('<view-counter slug="noon"></view-counter>', replaced));
  await page.goto('/prototype.html');
  await expect(counters(page)).toHaveText(LIVE);
  expect(sockets.views[0]).toMatch(/^[0-9a-f]{32}$/);
});

test('on a page that is read from right to left the numbers stand at their words', async ({
  page,
  write,
}) => {
  for (const language of ['he', 'ar', 'fa']) {
    write(
      `/${language}.html`,
      html('<view-counter slug="noon"></view-counter>', '', `lang="${language}" dir="rtl"`),
    );
    await page.goto(`/${language}.html`);
    const numbers = page.locator('[part=is-live]');
    await expect(numbers).toContainText('reading now');
    await expect(numbers).toHaveAttribute('lang', 'en');
    const places = await Promise.all(
      ['live', 'separator', 'total'].map((part) => page.locator(`[part=${part}]`).boundingBox()),
    );
    const lefts = places.map((place) => place!.x);
    expect(lefts, language).toEqual([...lefts].sort((a, b) => a - b));
  }
});

test('numbers are written as the language around the element writes them', async ({
  page,
  write,
}) => {
  await page.routeWebSocket(/\/connect\//, (socket) => {
    socket.send('{"live":1234,"total":12345678}');
  });
  const german = '1.234 reading now · 12.345.678 views';
  write(
    '/languages.html',
    html(`<p lang="de_DE"><view-counter slug="noon"></view-counter></p>
      <p lang=""><view-counter slug="noon"></view-counter></p>
      <p lang="no such language"><view-counter slug="noon"></view-counter></p>
      <div lang="de"></div><p id="xml"><view-counter slug="noon"></view-counter></p>
      <script>
        document.querySelector('#xml').setAttribute('xml:lang', 'de');
        const root = document.querySelector('div').attachShadow({ mode: 'open' });
        root.innerHTML = '<view-counter slug="noon"></view-counter>';
      </script>`),
  );
  await page.goto('/languages.html');
  await expect(page.locator('[lang=de_DE] view-counter')).toHaveText(german);
  await expect(page.locator('div view-counter')).toHaveText(german);
  await expect(page.locator('#xml view-counter')).toHaveText(german);
  for (const wrong of ['[lang=""]', '[lang="no such language"]']) {
    await expect(page.locator(`${wrong} view-counter`)).toContainText('reading now');
  }
});

test('a counter in a link that is off the page harms no other', async ({ page, write }) => {
  await page.addInitScript(() => {
    const page = window as unknown as { sockets: WebSocket[] };
    page.sockets = [];
    const { WebSocket } = window;
    window.WebSocket = class extends WebSocket {
      constructor(...of: ConstructorParameters<typeof WebSocket>) {
        super(...of);
        page.sockets.push(this);
      }
    };
  });
  write(
    '/off.html',
    html(`<a href="https://blog.example/"><view-counter slug="noon"><b data-total>–</b></view-counter></a>
      <p><view-counter slug="noon"></view-counter></p>`).replace('lang="en"', ''),
  );
  await page.goto('/off.html');
  await expect(page.locator('p view-counter')).toHaveText(LIVE);
  // A frame comes before the page is looked at again; and later the words are written anew.
  await page.evaluate(() => {
    const link = document.querySelector('a')!;
    link.remove();
    const [socket] = (window as unknown as { sockets: WebSocket[] }).sockets;
    socket!.onmessage!(new MessageEvent('message', { data: '{"live":7,"total":8}' }));
    setTimeout(() => (link.querySelector('b')!.textContent = 'anew'), 100);
  });
  await expect(page.locator('p view-counter')).toHaveText('7 reading now · 8 views');
  await page.waitForTimeout(300);
});

test('a page has words of its own in all numbers, and a sign that the numbers are old', async ({
  page,
  write,
}) => {
  let send = (_: string) => {};
  await page.routeWebSocket(/\/connect\//, (socket) => {
    send = (text) => socket.send(text);
    send('{"live":1,"total":1}');
  });
  write(
    '/words.html',
    html(
      `<view-counter slug="noon"><b data-live>–</b>
        <span data-of="live" data-one="Leser" data-other="Leser">Leser</span>,
        <b data-total>–</b> <span data-of="total" data-one="Aufruf" data-other="Aufrufe">Aufrufe</span><i
        data-lost hidden> (nicht live)</i></view-counter>`,
      '',
      'lang="de"',
    ),
  );
  await page.goto('/words.html');
  await expect(counters(page)).toHaveText('1 Leser, 1 Aufruf (nicht live)');
  await expect(page.getByText('(nicht live)')).toBeHidden();
  send('{"live":2,"total":1234}');
  await expect(counters(page)).toHaveText('2 Leser, 1.234 Aufrufe (nicht live)');
});

test('the name of what it stands in has a pause between its parts', async ({ page, write }) => {
  write('/name.html', html('<a href="/">Noon <view-counter slug="noon"></view-counter></a>'));
  await page.goto('/name.html');
  await expect(counters(page)).toHaveText(LIVE);
  await expect(page.getByRole('link')).toHaveAccessibleName(`Noon ${LIVE}`);
});

test('a question for the owner works at any address', async ({ page, site, write }) => {
  page.on('dialog', (dialog) => void dialog.accept());
  const base = '<base href="https://cdn.example/">';
  write('//doubled.html', html('<view-counter slug="noon"></view-counter>'));
  write('/based.html', html('<view-counter slug="noon"></view-counter>', base));
  for (const path of ['//doubled.html', '/based.html']) {
    await page.goto(`${site.url}${path}#ignore-me`);
    await expect(page).toHaveURL(`${site.url}${path}`);
    await expect(counters(page)).toContainText('not counted');
    await page.goto('about:blank');
    await page.goto(`${site.url}${path}#ignore-me`);
    await expect(counters(page)).not.toContainText('not counted');
    await expect(counters(page)).toContainText('1 reading now');
  }
});

test('only what changed is written', async ({ page, write, read }) => {
  write('/quiet.html', html('<view-counter slug="noon"></view-counter>'));
  await page.goto('/quiet.html');
  await expect(counters(page)).toHaveText(LIVE);
  const changes = await counters(page).evaluateHandle((counter) => {
    const changed: string[] = [];
    new MutationObserver((records) => {
      for (const { target, type } of records) {
        changed.push(`${type} ${(target as Element).getAttribute?.('part')}`);
      }
    }).observe(counter.shadowRoot!, { childList: true, characterData: true, subtree: true });
    return changed;
  });
  await read('noon');
  await expect(counters(page)).toHaveText('2 reading now · 2 views');
  expect((await changes.jsonValue()).sort()).toEqual(['childList live', 'childList total']);
});
