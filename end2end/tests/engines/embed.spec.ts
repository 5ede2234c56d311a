import { documentOf, embedTest as test, expect, expectShown } from './fixtures';

const counters = 'main view-counter';

test.describe('a page by hand', () => {
  test.use({
    files: { folder: 'examples/plain', written: 'http://127.0.0.1:8000' },
    slugs: '/slugs.txt',
  });

  test('has a live counter', async ({ open, network, server }) => {
    const first = await open('/posts/noon.html');
    await expectShown(first, { counters, counter: '1 reading now · 1 view' });
    await expectShown(first, { counters: 'footer view-counter', counter: '1 view' });
    expect(network.handshakes, 'its counters share a socket').toHaveLength(1);

    const second = await open('/posts/noon.html');
    await expectShown(second, { counters, counter: '2 reading now · 2 views' });
    await expectShown(first, { counters, counter: '2 reading now · 2 views' });
    await second.click('a[href="/posts/dusk.html"]');
    await expectShown(second, {
      heading: 'Dämmerung',
      counters,
      counter: 'Gerade lesen 1, gelesen wurde dies 1 Mal.',
    });
    await expectShown(first, { counters, counter: '1 reading now · 2 views' });
    expect(await server.views('noon')).toEqual({ live: 1, total: 2 });
  });
});

test.describe('with Turbo', () => {
  test.use({
    files: {
      folder: 'end2end/turbo',
      more: { '/turbo.js': 'end2end/node_modules/@hotwired/turbo/dist/turbo.es2017-umd.js' },
    },
    slugs: '/slugs.txt',
  });

  test('a visit leaves one note and reads the next, without a load', async ({
    open,
    network,
    read,
    watch,
  }) => {
    const [noon, dusk] = [await watch('noon.html'), await watch('dusk.html')];
    // So that no two notes have the same numbers.
    await read('dusk.html');
    const window = await open('/noon.html');
    await expectShown(window, { heading: 'Noon', counter: '1 reading now · 1 view' });
    const document = await documentOf(window);

    await window.click('main a[href="/dusk.html"]');
    await expectShown(window, {
      path: '/dusk.html',
      heading: 'Dusk',
      counter: '2 reading now · 2 views',
    });
    await expect.poll(() => noon.latest).toEqual({ live: 0, total: 1 });

    await window.back();
    await expectShown(window, {
      path: '/noon.html',
      heading: 'Noon',
      counter: '1 reading now · 2 views',
    });
    await expect.poll(() => dusk.latest).toEqual({ live: 1, total: 2 });
    await expect.poll(() => network.open.map(({ slug }) => slug)).toEqual(['noon.html']);
    expect(await documentOf(window), 'no document was loaded').toBe(document);
    expect([noon.mostLive, dusk.mostLive]).toEqual([1, 2]);
  });
});

test.describe('with Astro', () => {
  test.use({
    files: { folder: 'examples/astro/dist', written: 'http://127.0.0.1:4321' },
    slugs: '/sitemap-index.xml',
  });

  test('a navigation leaves one note and reads the next, without a load', async ({
    open,
    network,
    read,
    watch,
  }) => {
    const [noon, dusk] = [await watch('posts%2Fnoon'), await watch('posts%2Fdusk')];
    // So that no two notes have the same numbers.
    await read('posts%2Fdusk');
    const window = await open('/posts/noon/');
    await expectShown(window, { heading: 'Noon', counter: '1 reading now · 1 view' });
    const document = await documentOf(window);

    await window.click('main a[href="/posts/dusk/"]');
    await expectShown(window, {
      path: '/posts/dusk/',
      heading: 'Dusk',
      counter: '2 reading now · 2 views',
    });
    await expect.poll(() => noon.latest).toEqual({ live: 0, total: 1 });

    await window.back();
    await expectShown(window, {
      path: '/posts/noon/',
      heading: 'Noon',
      counter: '1 reading now · 2 views',
    });
    await expect.poll(() => dusk.latest).toEqual({ live: 1, total: 2 });
    await expect.poll(() => network.open.map(({ slug }) => slug)).toEqual(['posts/noon']);
    expect(await documentOf(window), 'no document was loaded').toBe(document);
    expect([noon.mostLive, dusk.mostLive]).toEqual([1, 2]);
  });
});
