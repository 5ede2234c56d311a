// What the console says of a page that is not counted.

import { expect, test } from './fixtures';

test.use({ expectedComplaints: /status of 40[34]|WebSocket connection to .* failed|is not counted/ });

test('a slug that is not counted is named in the words of the server', async ({
  page,
  complaints,
}) => {
  // The page has a counter of a recipe that the server does not know.
  await page.addInitScript(() => {
    window.WebSocket = class extends WebSocket {
      constructor(url: string | URL) {
        super(String(url).replace('onion-soup', 'tofu'));
      }
    };
  });
  await page.route('**/api/v1/views/onion-soup', async (route) => {
    const url = route.request().url().replace('onion-soup', 'tofu');
    await route.fulfill({ response: await route.fetch({ url }) });
  });
  await page.goto('/recipes/onion-soup');
  const said = () => complaints.filter((complaint) => complaint.includes('is not counted'));
  await expect.poll(said).toEqual([expect.stringContaining('`tofu` is not counted: no post')]);
});
