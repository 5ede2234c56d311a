import { documentOf, expect, expectShown, test } from './fixtures';

test('from post to post, back and forward: address, heading and numbers are of one post', async ({
  open,
  network,
  read,
  server,
  watch,
}) => {
  const watchers = [await watch('dawn'), await watch('noon'), await watch('dusk')];
  // So that no two posts have the same numbers.
  for (const slug of ['noon', 'dusk', 'dusk']) await read(slug);
  const dawn = (counter: string) => ({ path: '/posts/dawn', heading: 'Dawn', counter });
  const noon = (counter: string) => ({ path: '/posts/noon', heading: 'Noon', counter });
  const dusk = (counter: string) => ({ path: '/posts/dusk', heading: 'Dusk', counter });

  const window = await open('/posts/dawn');
  await expectShown(window, dawn('1 reading now · 1 view'));
  const document = await documentOf(window);
  // Clicked, each of them: WebKit goes back past a page that no reader's gesture led to.
  await window.click('a[rel=next]');
  await expectShown(window, noon('2 reading now · 2 views'));
  await window.click('a[rel=next]');
  await expectShown(window, dusk('3 reading now · 3 views'));

  await window.back();
  await expectShown(window, noon('2 reading now · 3 views'));
  await window.back();
  await expectShown(window, dawn('1 reading now · 2 views'));
  await window.forward();
  await expectShown(window, noon('2 reading now · 4 views'));

  expect(await documentOf(window), 'no document was loaded').toBe(document);
  await expect.poll(() => network.open.map(({ slug }) => slug)).toEqual(['noon']);
  await expect.poll(() => server.views('dawn')).toEqual({ live: 0, total: 2 });
  await expect.poll(() => server.views('dusk')).toEqual({ live: 2, total: 3 });
  expect(
    watchers.map(({ mostLive }) => mostLive),
    'nobody reads beside themselves',
  ).toEqual([1, 2, 3]);
});
