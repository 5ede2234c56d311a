// Scripts that put parts of one page into another: htmx and Phoenix LiveView.

import { readFileSync } from 'node:fs';
import { countLoads } from '../../support/page';
import type { Recipe } from '../../support/recipe';
import { inRepository } from '../../support/server';
import { embed, expect, expectTwoReaders, test } from './fixtures';

const SERVE = embed('The server').command('serve');
const SCRIPT = embed('A counter on any site').block('html').split('\n')[0]!;
const swaps = embed('htmx and Phoenix LiveView');

/** The version of LiveView's client, which its server has to say too. */
const VERSION = (
  JSON.parse(readFileSync(inRepository('end2end/recipes/liveview/package.json'), 'utf8')) as {
    dependencies: { phoenix_live_view: string };
  }
).dependencies.phoenix_live_view;

/** Serves these pages, by their slugs, and starts the program with a list of them. */
async function begin(recipe: Recipe, pages: Record<string, string>): Promise<void> {
  await recipe.write({ 'slugs.txt': Object.keys(pages).join('\n') });
  for (const [slug, text] of Object.entries(pages)) {
    await recipe.write({ [`${slug}/index.html`]: text });
  }
  await recipe.serveFiles();
  await recipe.count(SERVE, {
    'https://blog.example/sitemap.xml': `${recipe.site}/slugs.txt`,
    'https://blog.example': recipe.site,
  });
}

/** The attributes, as the pages have them. */
const BOOST = swaps.code(/^hx-boost$/);
const PUSH = swaps.code(/^hx-push-url$/);

for (const version of ['htmx.org', 'htmx.org-2']) {
  test(`${version}: links that are boosted, or push an address, go from reader to reader`, async ({
    recipe,
    page,
    context,
    sockets,
  }) => {
    await recipe.install('end2end/recipes/htmx');
    const html = (name: string, other: string) =>
      recipe.here(`<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${name}</title>${SCRIPT}
        <script src="/node_modules/${version}/dist/htmx.js"></script></head>
        <body><main><h1>${name}</h1><view-counter></view-counter>
        <a href="/posts/${other}/" ${BOOST}="true">Boosted</a>
        <a href="/posts/${other}/" hx-get="/posts/${other}/" ${PUSH}="true" hx-target="main"
          hx-select="main" hx-swap="outerHTML">Pushed</a>
        <button hx-get="/news/" hx-target="#news">News</button><p id="news"></p></main></body></html>`);
    await recipe.write({ 'news/index.html': 'High water.' });
    await begin(recipe, { 'posts/noon': html('Noon', 'dusk'), 'posts/dusk': html('Dusk', 'noon') });
    await expectTwoReaders(page, context, '/posts/noon/');
    const loads = countLoads(page);
    const expectRead = async (name: string, text: string) => {
      await expect(page.getByRole('heading')).toHaveText(name);
      await expect(page.locator('view-counter')).toHaveText(text);
    };

    await page.getByRole('button').click();
    await expect(page.locator('#news')).toHaveText('High water.');
    await expect(page.locator('view-counter')).toHaveText('1 reading now · 2 views');
    expect(sockets.opened).toHaveLength(1);

    await page.getByRole('link', { name: 'Boosted' }).click();
    await expectRead('Dusk', '1 reading now · 1 view');
    await expect.poll(() => recipe.server.views('posts%2Fnoon')).toEqual({ live: 0, total: 2 });
    await page.getByRole('link', { name: 'Pushed' }).click();
    await expectRead('Noon', '1 reading now · 3 views');
    await expect.poll(() => recipe.server.views('posts%2Fdusk')).toEqual({ live: 0, total: 1 });
    await page.goBack();
    await expectRead('Dusk', '1 reading now · 2 views');
    await expect.poll(() => recipe.server.views('posts%2Fnoon')).toEqual({ live: 0, total: 3 });
    expect(await recipe.server.views('posts%2Fdusk')).toEqual({ live: 1, total: 2 });
    expect(loads(), 'no document was loaded').toBe(0);
  });
}

/** What LiveView's client and its server say to each other. */
type Message = [
  join: string | null,
  ref: string,
  topic: string,
  event: string,
  payload: { url?: string },
];

/** The element, as a template has it, and what a page shows in it. */
const TEMPLATES = [
  {
    element: swaps.code(/^<view-counter slug=\{@slug\}><\/view-counter>$/),
    words: '',
    separator: ' reading now · ',
  },
  {
    element: swaps.code(/phx-update/),
    words: '<b data-live>–</b>, <b data-total>–</b></view-counter>',
    separator: ', ',
  },
];

for (const { element, words, separator } of TEMPLATES) {
  test(`Phoenix LiveView: ${element} goes with the page, and keeps its numbers`, async ({
    recipe,
    page,
    sockets,
  }) => {
    await recipe.install('end2end/recipes/liveview');
    const link = (slug: string) =>
      `<a href="/${slug}/" data-phx-link="patch" data-phx-link-state="push">${slug}</a>`;
    const template =
      `<h1>{@slug}</h1>${element}${words}<p>{@time}</p>${link('noon')}${link('dusk')}`
        .replaceAll('={@slug}', '="{@slug}"')
        .replaceAll(/=\{"(\w+-)#\{@slug\}"\}/g, '="$1{@slug}"');
    // What a template compiles to: what stays, and what changes between it.
    const s = template.split(/\{@\w+\}/);
    const names = [...template.matchAll(/\{@(\w+)\}/g)].map(([, name]) => name);
    const values = (slug: string, time: string) =>
      names.map((name) => (name === 'slug' ? slug : time));

    const html = (slug: string) => {
      const drawn = s.map((part, at) => part + (values(slug, 'first')[at] ?? '')).join('');
      const libraries = ['phoenix', 'phoenix_live_view']
        .map((name) => `<script src="/node_modules/${name}/priv/static/${name}.js"></script>`)
        .join('');
      return recipe.here(`<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${slug}</title>
        ${SCRIPT}${libraries}</head>
        <body><div id="phx-1" data-phx-main data-phx-session="-" data-phx-static="-">${drawn}</div>
        <script>new LiveView.LiveSocket('/live', Phoenix.Socket, {}).connect()</script></body></html>`);
    };
    await begin(recipe, { noon: html('noon'), dusk: html('dusk') });

    // LiveView's server is Elixir's; its half of the conversation is short.
    let push = (_time: string) => {};
    await page.routeWebSocket(/\/live\/websocket/, (socket) => {
      socket.onMessage((data) => {
        const [join, ref, topic, event, { url }] = JSON.parse(String(data)) as Message;
        const slug = url ? new URL(url).pathname.replaceAll('/', '') : '';
        const say = (event: string, ref: string | null, payload: object) =>
          socket.send(JSON.stringify([join, ref, topic, event, payload]));
        const reply = (response: object) => say('phx_reply', ref, { status: 'ok', response });
        const rendered = (time: string) => ({ ...values(slug, time) });
        if (event === 'phx_join') {
          reply({ rendered: { ...rendered('joined'), s }, liveview_version: VERSION });
        } else if (event === 'live_patch') {
          reply({ diff: rendered('patched') });
          push = (time) => say('diff', null, rendered(time));
        } else {
          reply({});
        }
      });
    });
    const expectRead = async (slug: string, time: string, numbers: [string, string]) => {
      await expect(page.getByRole('heading')).toHaveText(slug);
      await expect(page.locator('p')).toHaveText(time);
      await expect(page.locator('view-counter')).toHaveText(numbers.join(separator));
    };
    const total = (views: number) =>
      words ? `${views}` : `${views} view${views === 1 ? '' : 's'}`;

    await page.goto('/noon/');
    await expectRead('noon', 'joined', ['1', total(1)]);
    await page.getByRole('link', { name: 'dusk' }).click();
    await expectRead('dusk', 'patched', ['1', total(1)]);
    await expect.poll(() => recipe.server.views('noon')).toEqual({ live: 0, total: 1 });
    await page.getByRole('link', { name: 'noon' }).click();
    await expectRead('noon', 'patched', ['1', total(2)]);
    await expect.poll(() => recipe.server.views('dusk')).toEqual({ live: 0, total: 1 });

    push('later');
    await expectRead('noon', 'later', ['1', total(2)]);
    await expect.poll(() => sockets.slugs.filter((slug) => slug !== undefined)).toEqual(['noon']);
    const slugs = sockets.everOpened.filter((slug) => slug !== undefined);
    expect(slugs).toEqual(['noon', 'dusk', 'noon']);
  });
}
