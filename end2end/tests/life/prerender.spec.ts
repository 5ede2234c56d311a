import { expect, test } from '../../support/browser';
import type { Proxy } from '../../support/proxy';
import { expectCounter, pass } from '../../support/tab';

// A page of results, from whose first one the browser expects a click. It is no
// page of the site's: there a click would be a navigation without a load.
const RESULTS = `<!doctype html>
<title>Results</title>
<link rel="icon" href="data:,">
<script type="speculationrules">
  { "prerender": [{ "source": "list", "urls": ["/posts/noon"], "eagerness": "immediate" }] }
</script>
<a href="/posts/noon">Noon</a>`;

function serveResults(network: Proxy): void {
  network.answers = (path) =>
    path === '/results'
      ? { status: 200, headers: { 'content-type': 'text/html' }, body: RESULTS }
      : undefined;
}

test('a prerendered post is read when it is shown, and not before', async ({
  chrome,
  tab,
  network,
  server,
  watch,
}) => {
  const watcher = await watch('noon');
  serveResults(network);
  const post = await chrome.prerenders('/posts/noon', () => tab.goto('/results'));
  await pass(1_000);
  expect(await post.isComplete('/posts/noon'), 'it is still prerendering').toBe(true);
  expect(await server.views('noon'), 'nobody reads it').toEqual({ live: 0, total: 0 });
  expect(network.handshakes).toEqual([]);

  await tab.clickLink('Noon');
  await expectCounter(post, '1 reading now · 1 view');
  expect(await post.shownAfter(), 'it is the one that was prerendered').toBeGreaterThan(1_000);
  await pass(1_000);
  expect(network.handshakes).toHaveLength(1);
  expect(watcher.frames).toEqual([
    { live: 0, total: 0 },
    { live: 1, total: 1 },
  ]);
});

test('a prerendered post that nobody visits is never read', async ({
  chrome,
  tab,
  network,
  watch,
}) => {
  const watcher = await watch('noon');
  serveResults(network);
  await chrome.prerenders('/posts/noon', () => tab.goto('/results'));

  await tab.goto('/about');
  await pass(1_000);
  expect(network.handshakes).toEqual([]);
  expect(watcher.frames).toEqual([{ live: 0, total: 0 }]);
});
