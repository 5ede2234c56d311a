import { expect, test } from '../support/fixtures';
import { counters, expectCounter } from '../support/page';
import type { Answer } from '../support/proxy';

// A browser does not tell a page why a socket was refused. So the page asks for
// the numbers once more in the ordinary way, and takes that answer for the why.

test.use({
  expectedComplaints: /WebSocket connection to .* failed|status of (404|429|503)|ERR_INTERNET_DISC/,
});

const WHY = '/api/v1/views/noon';

/** Answers a socket and the question why, each in the server's place. */
function refusing(socket: Answer, why: Answer) {
  return (path: string, isHandshake: boolean): Answer | undefined => {
    if (isHandshake && path.startsWith('/api/v1/connect/noon')) return socket;
    return path === WHY ? why : undefined;
  };
}

test('a post that is not counted is left alone, until the network comes back', async ({ page, network, context }) => {
  const unknown = JSON.stringify({ error: 'no post has this slug' });
  network.answers = refusing({ status: 403 }, { status: 404, body: unknown });
  const asked = () => network.requests.filter((path) => path === WHY);
  await page.goto(`${network.url}/posts/noon`);
  await expect.poll(asked).toHaveLength(1);
  // A failure of another kind would be tried again within a second, and then two.
  await page.waitForTimeout(5_000);
  expect(network.handshakes).toHaveLength(1);
  // It may have been another server that said so.
  await context.setOffline(true);
  await expect.poll(() => page.evaluate(() => navigator.onLine)).toBe(false);
  await context.setOffline(false);
  await expect.poll(() => page.evaluate(() => navigator.onLine)).toBe(true);
  await expect.poll(asked).toHaveLength(2);
  await page.waitForTimeout(2_000);
  expect(network.handshakes).toHaveLength(2);
  expect(asked()).toHaveLength(2);
  await expect(counters(page, 'live')).toHaveCount(0);

  // That is about this post. The next one is read like any other.
  await page.getByRole('link', { name: 'Next Dusk' }).click();
  await expectCounter(page, '1 reading now · 1 view');
  expect(network.handshakes.map(({ slug }) => slug)).toEqual(['noon', 'noon', 'dusk']);
});

for (const status of [429, 503]) {
  test(`who is told by ${status} to wait comes back when told, and not before`, async ({
    page,
    network,
    server,
  }) => {
    test.setTimeout(60_000);
    const wait = { status, headers: { 'retry-after': '3' }, body: '{}' };
    let toldAt: number | undefined;
    const refuse = refusing(wait, wait);
    network.answers = (path, isHandshake) => {
      if (toldAt && isHandshake) return undefined;
      const answer = refuse(path, isHandshake);
      if (answer && !isHandshake) toldAt = Date.now();
      return answer;
    };
    await page.goto(`${network.url}/posts/noon`);
    // Up to 5 s more, so that those who were told the same do not come together; and not the ten
    // minutes after which one comes back who was refused often.
    await expect.poll(() => network.handshakes.length, { timeout: 40_000 }).toBe(2);
    const waited = (network.handshakes[1]?.at ?? 0) - (toldAt ?? 0);
    expect(waited).toBeGreaterThan(2_950);

    await expectCounter(page, '1 reading now · 1 view');
    expect(network.handshakes[1]).toMatchObject({
      view: network.handshakes[0]?.view,
      again: false,
    });
    expect(await server.views('noon')).toEqual({ live: 1, total: 1 });
  });
}

// That of a proxy before a server that restarts is none of this server's.
for (const [answer, why] of Object.entries({
  'an answer that makes no sense': { status: 200, body: '<!doctype html>' },
  "a proxy's 404": { status: 404, body: '<!doctype html><h1>Not Found</h1>' },
})) {
  test(`${answer} is no reason to stop, nor to hurry`, async ({ page, network, server }) => {
    test.setTimeout(60_000);
    const html = { 'content-type': 'text/html' };
    network.answers = refusing({ status: 200, body: 'hello' }, { ...why, headers: html });
    await page.goto(`${network.url}/posts/noon`);
    await expect.poll(() => network.handshakes.length, { timeout: 12_000 }).toBeGreaterThan(2);
    await page.waitForTimeout(2_000);
    expect(network.handshakes.length).toBeLessThan(10);

    network.answers = () => undefined;
    // By then it may wait as long as it ever does.
    await expectCounter(page, '1 reading now · 1 view', 'live', { timeout: 35_000 });
    expect(await server.views('noon')).toEqual({ live: 1, total: 1 });
  });
}

test('who was let in before does not ask why', async ({ page, network }) => {
  await page.goto(`${network.url}/posts/noon`);
  await expectCounter(page, '1 reading now · 1 view');
  network.cut();
  await expect.poll(() => network.handshakes.length).toBe(2);
  await expectCounter(page, '1 reading now · 1 view');
  expect(network.handshakes[1]).toMatchObject({ view: network.handshakes[0]?.view, again: true });
  expect(network.requests).not.toContain(WHY);
});
