import { SERVER_IS_AWAY } from '../../support/fixtures';
import { expect, expectShown, test } from './fixtures';

test.use({ expectedComplaints: SERVER_IS_AWAY });

test('a page outlives a restart of the server, and is the same view', async ({
  open,
  network,
  server,
}) => {
  const window = await open('/posts/noon');
  await expectShown(window, { counter: '1 reading now · 1 view' });

  await server.stop();
  await expectShown(window, { counter: '1 reading now · 1 view · not live' });

  await server.start();
  await expectShown(window, { counter: '1 reading now · 1 view' });
  expect(await server.views('noon')).toEqual({ live: 1, total: 1 });
  await expect.poll(() => network.open.map(({ slug }) => slug)).toEqual(['noon']);
  const views = network.handshakes.map(({ view }) => view);
  expect(new Set(views).size, 'it came back under the same id').toBe(1);
  expect(network.handshakes.at(-1)?.again).toBe(true);
});
