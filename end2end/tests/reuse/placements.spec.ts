// In each place the counter is hydrated without a word in the browser's console (every test
// here fails at one), connects once, reads another slug when it is given one, and leaves.

import type { Page } from '@playwright/test';
import { translate } from '../../support/translation';
import { expect, placementTest as test } from './fixtures';

const ONE = '1 reading now · 1 view';
const HERE = '1 on this site now';

const counter = (page: Page) => page.locator('.view-counter').first();
const showTwo = (page: Page) => page.getByRole('button', { name: 'Two' }).click();
const goHome = (page: Page) => page.getByRole('link', { name: 'Home' }).click();

for (const [place, path, text] of [
  ['between texts', '/texts', [`Read: ${ONE}.`, `Here: ${HERE}!`]],
  ['between elements', '/elements', [`before${ONE}between${HERE}after`]],
  ['in a closure', '/again', [`Read: ${ONE}, ${HERE}.`]],
  ['between options', '/options', [`${ONE} and ${HERE}`]],
  ['in a <Suspense>', '/suspense', [`About A title: ${ONE} and ${HERE}`]],
  ['as AnyView', '/any', [`Read: ${ONE}, here: ${HERE}.`]],
] as const) {
  test(`a counter ${place}`, async ({ page, sockets, server }) => {
    await page.goto(path);
    await expect(counter(page)).toHaveText(ONE);
    await expect(page.locator('main p')).toHaveText([...text]);
    expect(sockets.everOpened).toEqual(['one']);
    await showTwo(page);
    await expect.poll(() => sockets.slugs).toEqual(['two']);
    await expect(counter(page)).toHaveText(ONE);
    await expect(page.locator('main p')).toHaveText([...text]);
    expect(await server.views('one')).toEqual({ live: 0, total: 1 });
    await goHome(page);
    await expect(page.locator('h1')).toHaveText('Home');
    await expect.poll(() => sockets.slugs).toEqual([]);
    expect(await server.views('two')).toEqual({ live: 0, total: 1 });
    expect(sockets.everOpened).toEqual(['one', 'two']);
  });
}

test('a counter between closures', async ({ page, sockets }) => {
  await page.goto('/closures');
  await expect(counter(page)).toHaveText(ONE);
  await expect(page.locator('main p')).toHaveText(`before one ${ONE} between one ${HERE} after one`);
  await showTwo(page);
  await expect(page.locator('main p')).toHaveText(`before two ${ONE} between two ${HERE} after two`);
  await expect.poll(() => sockets.slugs).toEqual(['two']);
  await goHome(page);
  await expect.poll(() => sockets.slugs).toEqual([]);
});

test('no number that the server wrote for one slug is shown for the next', async ({ page }) => {
  // Opened, and nothing is ever heard on it.
  await page.routeWebSocket('**/connect/two*', () => {});
  await page.goto('/again');
  await expect(counter(page)).toHaveText(ONE);
  await showTwo(page);
  await expect(counter(page)).toHaveText('– reading now · – views');
  await expect(counter(page)).toHaveAttribute('data-state', 'static');
});

test('a counter in a nested <Outlet>', async ({ page, sockets, server }) => {
  await page.goto('/outlet/inner/leaf');
  await expect(page.locator('main')).toHaveText(`OutletHere: ${HERE}Inner: Read: ${ONE}..`);
  await showTwo(page);
  await expect.poll(() => sockets.slugs).toEqual(['two']);
  await expect(counter(page)).toHaveText(ONE);
  await goHome(page);
  await expect.poll(() => sockets.slugs).toEqual([]);
  expect(await server.views('two')).toEqual({ live: 0, total: 1 });
});

test('a counter in a <Show>', async ({ page, sockets, server }) => {
  await page.goto('/show');
  await expect(page.locator('main')).toContainText(`Read: ${ONE}${HERE}`);
  const toggle = page.getByRole('button', { name: 'Toggle' });
  await toggle.click();
  await expect(page.locator('main')).toContainText('nothing');
  await expect.poll(() => sockets.slugs).toEqual([]);
  expect(await server.views('one')).toEqual({ live: 0, total: 1 });
  await toggle.click();
  await expect(page.locator('main')).toContainText(`Read: ${ONE}${HERE}`);
  expect(await server.views('one'), 'the same view').toEqual({ live: 1, total: 1 });
  await showTwo(page);
  await expect.poll(() => sockets.slugs).toEqual(['two']);
  await expect(counter(page)).toHaveText(ONE);
});

test('counters in a <For>', async ({ page, sockets }) => {
  await page.goto('/for');
  await expect(page.locator('li')).toHaveText([`one: ${ONE}`, `three: ${ONE}`]);
  await expect(page.locator('.live-visitors')).toHaveText('2 on this site now');
  await page.getByRole('button', { name: 'Reverse' }).click();
  await expect(page.locator('li')).toHaveText([`three: ${ONE}`, `one: ${ONE}`]);
  expect(sockets.everOpened.toSorted()).toEqual(['one', 'three']);
  await page.getByRole('button', { name: 'Shorten' }).click();
  await expect(page.locator('li')).toHaveText([`one: ${ONE}`]);
  await expect.poll(() => sockets.slugs).toEqual(['one']);
  await showTwo(page);
  await expect(page.locator('li')).toHaveText([`two: ${ONE}`]);
  await expect.poll(() => sockets.slugs).toEqual(['two']);
});

test('the hooks', async ({ page, sockets }) => {
  await page.goto('/hooks');
  await expect(page.locator('main p')).toHaveText('Total: 1, here: 1');
  await showTwo(page);
  await expect.poll(() => sockets.slugs).toEqual(['two']);
  await expect(page.locator('main p')).toHaveText('Total: 1, here: 1');
  await goHome(page);
  await expect.poll(() => sockets.slugs).toEqual([]);
});

test('a counter in an island', async ({ page, sockets, server }) => {
  await page.goto('/island');
  const island = page.locator('leptos-island');
  await expect(island).toContainText(`Read: ${ONE}, here: ${HERE}.`);
  expect(sockets.everOpened).toEqual(['one']);
  await showTwo(page);
  await expect.poll(() => sockets.slugs).toEqual(['two']);
  await expect(island).toContainText(`Read: ${ONE}, here: ${HERE}.`);
  await page.getByRole('button', { name: 'Remove' }).click();
  await expect(island).toContainText('Read: .');
  await expect.poll(() => sockets.slugs).toEqual([]);
  expect(await server.views('two')).toEqual({ live: 0, total: 1 });
});

test('the notice of a browser that is left out, under the router', async ({ page, sockets }) => {
  await page.goto('/texts#ignore-me');
  await expect(page.getByRole('complementary')).toContainText('Leave this browser out');
  await page.getByRole('button', { name: 'Leave this browser out' }).click();
  await expect(counter(page)).toHaveText('0 reading now · 1 view');
  await goHome(page);
  await expect(page.getByRole('complementary')).toContainText('is left out');
  await expect.poll(() => sockets.slugs).toEqual([]);
});

const ALL = Array<string>(11).fill(ONE);

test('counters in all places of one page are one view', async ({ page, sockets, server }) => {
  await page.goto('/together');
  await expect(page.locator('.view-counter')).toHaveText(ALL);
  await expect(page.locator('.live-visitors')).toHaveText(Array(11).fill(HERE));
  const reads = async (id: string, words: [string, string, string]) => {
    await expect(page.locator(`#${id}`), id).toHaveText(`${words[0]}${ONE}${words[1]}${HERE}${words[2]}`);
  };
  await reads('texts', ['Read: ', ', by ', '.']);
  await reads('elements', ['Read: ', ', by ', '.']);
  await reads('closures', ['shown', 'shown', 'shown']);
  await reads('options', ['', 'some', '']);
  await reads('optional', ['a ', ' b ', ' c']);
  await reads('any', ['a ', ' b ', ' c']);
  await reads('show', ['a b ', ' c ', ' d e']);
  await reads('suspense', ['a b c ', ' d ', ' e f g']);

  const toggle = page.getByRole('button', { name: 'Show or hide' });
  await toggle.click();
  await expect(page.locator('#show')).toHaveText('a nothing e');
  await reads('closures', ['hidden', 'hidden', 'hidden']);
  await toggle.click();
  await reads('show', ['a b ', ' c ', ' d e']);
  await expect.poll(() => sockets.everOpened, 'they share one').toEqual(['one']);
  expect(await server.views('one')).toEqual({ live: 1, total: 1 });
});

test('so they are when the page is come to by a link', async ({ page, sockets }) => {
  await page.goto('/');
  await page.getByRole('link', { name: 'Together' }).click();
  await expect(page.locator('.view-counter')).toHaveText(ALL);
  await expect.poll(() => sockets.everOpened).toEqual(['one']);
});

test('where an extension replaces the texts of the numbers, they follow', async ({ page, read }) => {
  await page.goto('/texts');
  await expect(page.locator('main p')).toHaveText([`Read: ${ONE}.`, `Here: ${HERE}!`]);
  await translate(page, '.view-counter-live, .view-counter-total, .live-visitors-number', false);
  await expect(page.locator('.live-visitors')).toHaveText(`übersetzt: ${HERE}`);
  await read('one');
  await expect(counter(page)).toHaveText('2 reading now · 2 views');
  await expect(page.locator('.live-visitors')).toHaveText('2 on this site now');
});
