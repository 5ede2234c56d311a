import { AxeBuilder } from '@axe-core/playwright';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { expect, SERVER_IS_AWAY, test } from '../support/fixtures';

const DESCRIPTION = '/api/v1/openapi.json';

type Description = Record<string, unknown> & { paths: Record<string, unknown> };

test('every answer is what its description says', async ({ request, watch }) => {
  const description = (await (await request.get(DESCRIPTION)).json()) as Description;
  const validity = await new Validator().validate(description);
  expect(validity.errors, 'it is OpenAPI').toBeUndefined();

  const ajv = addFormats.default(new Ajv2020({ strict: false }));
  ajv.addSchema(description, 'description');
  const expectValid = (pointer: string, value: unknown) => {
    const is = ajv.compile({ $ref: `description#/${pointer}` });
    expect(is(value) || is.errors, `${pointer} of ${JSON.stringify(value)}`).toBe(true);
  };
  const answer = async (path: string, status: number, pointer?: string) => {
    const answered = await request.get(path);
    expect(answered.status(), path).toBe(status);
    const said = pointer ?? 'components/responses/Error';
    expectValid(`${said}/content/application~1json/schema`, await answered.json());
  };
  const ok = (route: string) =>
    `paths/${route.replaceAll('/', '~1').replaceAll('{', '%7B').replaceAll('}', '%7D')}/get/responses/200`;

  const watcher = await watch('noon');
  await expect.poll(() => watcher.frames.length).toBeGreaterThan(0);
  expectValid('components/schemas/Counts', watcher.latest);

  const asked: Record<string, () => Promise<void>> = {
    '/api/v1/views': async () => {
      await answer('/api/v1/views', 200, ok('/api/v1/views'));
      await answer('/api/v1/views?slug=noon&slug=dusk', 200, ok('/api/v1/views'));
      await answer('/api/v1/views?slug=', 400);
    },
    '/api/v1/views/{slug}': async () => {
      await answer('/api/v1/views/noon', 200, ok('/api/v1/views/{slug}'));
      await answer('/api/v1/views/nowhere', 404);
      // Too long. Two slashes would be one behind Apache.
      await answer(`/api/v1/views/${'a'.repeat(201)}`, 400);
    },
    '/api/v1/days/{slug}': async () => {
      await answer('/api/v1/days/noon', 200, ok('/api/v1/days/{slug}'));
      await answer('/api/v1/days/noon?since=now', 400);
      await answer('/api/v1/days/nowhere', 404);
    },
    '/api/v1/connect/{slug}': () => answer('/api/v1/connect/noon', 403),
    '/api/v1/visitors': () => answer('/api/v1/visitors', 200, ok('/api/v1/visitors')),
    '/api/v1/visitors/connect': () => answer('/api/v1/visitors/connect', 403),
    '/badge/{slug}.svg': async () => {
      const badge = await request.get('/badge/noon.svg?show=live&label=here&color=fa0');
      expect([badge.status(), badge.headers()['content-type']]).toEqual([200, 'image/svg+xml']);
      await answer('/badge/noon.svg?color=red', 400);
      await answer('/badge/nowhere.svg', 404);
    },
    '/healthz': () => answer('/healthz', 200, ok('/healthz')),
    '/readyz': () => answer('/readyz', 200, ok('/readyz')),
  };
  expect(Object.keys(description.paths).sort()).toEqual(Object.keys(asked).sort());
  for (const ask of Object.values(asked)) await ask();
});

test('a page shows each route being used', async ({ page, read, server }) => {
  await read('noon');
  await page.goto('/api');
  const noon = page.locator('#posts tr').filter({ hasText: 'noon' });
  await expect(noon.locator('td')).toHaveText(['1', '1']);

  await page.getByRole('combobox', { name: 'Post' }).selectOption('noon');
  await expect(page.locator('#views')).toHaveText('{"slug":"noon","live":1,"total":1}');
  await expect(page.locator('#frames')).toHaveText('{"live":1,"total":1}');
  await expect(page.locator('#visitors')).toHaveText('{"visitors":1}');
  await expect(page.locator('#visits')).toHaveText('{"visitors":1}');
  await expect(page.locator('#days tr')).toHaveCount(1);
  await expect(page.locator('#days td')).toHaveText('1');
  await expect(page.getByAltText('Views of noon')).toHaveJSProperty('complete', true);
  await expect(page.getByText('GET /api/v1/views/noon')).toBeVisible();

  const second = await read('noon');
  await expect(page.locator('#frames')).toHaveText(/\{"live":2,"total":2\}$/);
  await expect(page.locator('#visits')).toHaveText(/\{"visitors":2\}$/);
  await expect(noon.locator('td'), 'asked for again').toHaveText(['2', '2']);
  expect(await server.views('noon'), 'it is in neither').toEqual({ live: 2, total: 2 });
  second.close();
  await expect(page.locator('#frames')).toHaveText(/\{"live":1,"total":2\}$/);

  await page.getByRole('combobox', { name: 'Post' }).selectOption('dusk');
  await expect(page.locator('#frames')).toHaveText('{"live":0,"total":0}');
  await expect(page.locator('#no-days')).toBeVisible();
});

test.describe('when the server is away', () => {
  test.use({ expectedComplaints: SERVER_IS_AWAY });

  test('the page says so, and goes on when it is back', async ({ page, server }) => {
    await page.goto('/api');
    await expect(page.locator('#posts tr')).not.toHaveCount(0);
    await server.stop();
    await expect(page.getByRole('alert')).toHaveText('The server does not answer.');
    await server.start();
    await expect(page.getByRole('alert')).toBeHidden();
  });
});

test('axe finds nothing in it, and it does not scroll sideways', async ({ page }) => {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    for (const width of [320, 1280]) {
      await page.setViewportSize({ width, height: 800 });
      await page.goto('/api');
      await expect(page.locator('#frames')).not.toBeEmpty();
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
      const sideways = () =>
        document.documentElement.scrollWidth - document.documentElement.clientWidth;
      expect(await page.evaluate(sideways)).toBe(0);
    }
  }
});

test.describe('with other origins than its own', () => {
  test.use({
    settings: { VIEW_COUNTER_ORIGIN: 'https://blog.example' },
    expectedComplaints: /WebSocket connection to .* failed/,
  });

  test('the page of the API says why its sockets are refused', async ({ page, server }) => {
    await page.goto('/api');
    await expect(page.locator('#frames')).toContainText(`--origin ${server.url}`);
  });
});
