/** What a reader finds when a page has been gone to without a load. */

import type { Page } from '@playwright/test';
import { expect, test } from '../support/fixtures';
import {
  countLoads,
  expectCounter,
  holdPages,
  hydrated,
  isDark,
  onNavigation,
} from '../support/page';

const heading = (page: Page) => page.getByRole('heading', { level: 1 });
const place = (page: Page) => page.evaluate(() => Math.round(scrollY));

/** Moves the page, and waits until that is known to have been noted in its history. */
async function stand(page: Page, y: number): Promise<void> {
  await page.evaluate((y) => scrollTo(0, y), y);
  await expect.poll(() => page.evaluate(() => history.state?.y)).toBe(await place(page));
}

/** Follows a link that does not have to be brought into view. */
const follow = (page: Page, selector: string) =>
  page.evaluate((selector) => document.querySelector<HTMLElement>(selector)?.click(), selector);

test.describe('where the page stands', () => {
  // No post fits on it.
  test.use({ viewport: { width: 390, height: 500 } });

  test('a new page is at its top, and back is where it was left', async ({ page }) => {
    await page.goto('/posts/noon');
    await hydrated(page);
    await stand(page, 3_000);
    const left = await place(page);
    expect(left).toBeGreaterThan(1_000);
    await follow(page, '.site-footer a[href="/privacy"]');
    await expect(heading(page)).toHaveText('Privacy');
    expect(await place(page)).toBe(0);
    await stand(page, 200);
    await page.goBack();
    await expect(heading(page)).toHaveText('Noon');
    await expect.poll(() => place(page)).toBe(left);
    await page.goForward();
    await expect(heading(page)).toHaveText('Privacy');
    await expect.poll(() => place(page)).toBe(200);
  });

  test('what was left at once, too, is where it was left', async ({ page }) => {
    await page.goto('/posts/noon');
    await hydrated(page);
    await page.evaluate(() => {
      scrollTo(0, 1_234);
      document.querySelector<HTMLElement>('a[rel=next]')?.click();
    });
    await expect(heading(page)).toHaveText('Dusk');
    await page.goBack();
    await expect(heading(page)).toHaveText('Noon');
    await expect.poll(() => place(page)).toBe(1_234);
  });

  test('where the reader went from a section matters more than the section', async ({ page }) => {
    await page.goto('/about');
    await hydrated(page);
    await page.getByRole('link', { name: 'how far to walk' }).click();
    await expect(heading(page)).toHaveText('Noon');
    await expect(page.locator('#how-far-to-walk')).toBeInViewport();
    await expect(page.locator('#how-far-to-walk')).toBeFocused();
    await stand(page, (await place(page)) + 321);
    const left = await place(page);
    await follow(page, '.site-footer a[href="/privacy"]');
    await expect(heading(page)).toHaveText('Privacy');
    await page.goBack();
    await expect(page).toHaveURL(/#how-far-to-walk$/);
    await expect(heading(page)).toHaveText('Noon');
    await expect.poll(() => place(page)).toBe(left);
  });

  test('back from a section to where it was gone to from, in the same page', async ({ page }) => {
    await page.goto('/posts/noon');
    await hydrated(page);
    await stand(page, 100);
    await follow(page, '.contents a[href="#clay"]');
    await expect(page).toHaveURL(/#clay$/);
    await expect.poll(() => place(page)).toBeGreaterThan(300);
    await page.goBack();
    await expect.poll(() => place(page)).toBe(100);
    await page.goForward();
    await expect(page.locator('#clay')).toBeInViewport();
  });

  test.describe('a page that only a load can show', () => {
    test.use({ expectedComplaints: /status of 503/ });

    test('stands where it was left when the browser goes back to it', async ({ page }) => {
      await page.goto('/posts/noon');
      await hydrated(page);
      await stand(page, 1_234);
      await follow(page, '.site-footer a[href="/privacy"]');
      await expect(heading(page)).toHaveText('Privacy');
      await stand(page, 200);
      const loads = countLoads(page);
      await onNavigation(page, (route) => route.fulfill({ status: 503, body: '' }));
      await page.goBack();
      await expect(heading(page)).toHaveText('Noon');
      await expect.poll(() => place(page)).toBe(1_234);
      expect(loads()).toBe(1);
      // From then on the browser and the page keep it as for any other.
      await page.unrouteAll();
      await page.goForward();
      await expect(heading(page)).toHaveText('Privacy');
      await expect.poll(() => place(page)).toBe(200);
      await page.reload();
      await expect.poll(() => place(page)).toBe(200);
    });
  });

  test('a page that was reloaded stands where it stood', async ({ page }) => {
    await page.goto('/posts/dawn');
    await hydrated(page);
    await follow(page, 'a[rel=next]');
    await expect(heading(page)).toHaveText('Noon');
    await stand(page, 1_500);
    await page.reload();
    await hydrated(page);
    await expect.poll(() => place(page)).toBe(1_500);
  });

  test('until the next page is there, nothing moves', async ({ page }) => {
    await page.goto('/posts/noon');
    await hydrated(page);
    await stand(page, 1_500);
    const letGo = await holdPages(page);
    await follow(page, 'a[rel=next]');
    await expect(page.getByRole('main')).toHaveAttribute('aria-busy', 'true');
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(done)));
    expect(await place(page)).toBe(1_500);
    letGo();
    await expect(heading(page)).toHaveText('Dusk');
    expect(await place(page)).toBe(0);
  });
});

test('the heading has the focus, and a screen reader hears which page this is', async ({ page }) => {
  await page.goto('/posts/dawn');
  await hydrated(page);
  const status = page.getByRole('status');
  await expect(status, 'the browser has said the first itself').toHaveText('');
  await page.getByRole('link', { name: 'Next Noon' }).click();
  await expect(heading(page)).toBeFocused();
  await expect(status).toHaveText('Noon · Tide Log');
  await expect(heading(page), 'not drawn round for a pointer').toHaveCSS('outline-style', 'none');
  await page.goBack();
  await expect(heading(page)).toHaveText('Dawn');
  await expect(heading(page)).toBeFocused();
  await expect(status).toHaveText('Dawn · Tide Log');
});

test('a page that takes long says so, after a while', async ({ page }) => {
  await page.goto('/posts/dawn');
  await hydrated(page);
  const letGo = await holdPages(page);
  await page.getByRole('link', { name: 'Next Noon' }).click();
  const main = page.getByRole('main');
  await expect(main).toHaveAttribute('aria-busy', 'true');
  const bar = () => main.evaluate((main) => getComputedStyle(main, '::before').opacity);
  await expect.poll(bar).toBe('1');
  letGo();
  await expect(heading(page)).toHaveText('Noon');
  await expect(page.getByRole('main')).not.toHaveAttribute('aria-busy');
});

test('with reduced motion the sign that a page comes does not move', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.goto('/posts/dawn');
  await hydrated(page);
  const letGo = await holdPages(page);
  await page.getByRole('link', { name: 'Next Noon' }).click();
  const animations = () =>
    page.evaluate(() =>
      document.getAnimations().map((animation) => (animation as CSSAnimation).animationName),
    );
  await expect(page.getByRole('main')).toHaveAttribute('aria-busy', 'true');
  await expect.poll(animations).toEqual(['appear']);
  letGo();
  await expect(heading(page)).toHaveText('Noon');
});

test('what is around the page still works', async ({ page }) => {
  await page.goto('/posts/dawn');
  await hydrated(page);
  await page.getByRole('link', { name: 'Next Noon' }).click();
  await expect(heading(page)).toHaveText('Noon');

  const wasDark = await isDark(page);
  await page.getByRole('button', { name: 'Switch between light and dark' }).click();
  await expect.poll(() => isDark(page)).toBe(!wasDark);

  await page.getByRole('link', { name: 'About' }).click();
  await expect(heading(page)).toHaveText('About');
  expect(await isDark(page)).toBe(!wasDark);
  const link = page.getByRole('link', { name: 'About' });
  await expect(link).toHaveAttribute('aria-current', 'page');
});

test('an address that asks is answered, however it was gone to', async ({ page }) => {
  await page.goto('/posts/dawn');
  await hydrated(page);
  await page.getByRole('link', { name: 'Privacy' }).click();
  await expect(heading(page)).toHaveText('Privacy');
  const notice = page.locator('aside.opt-out');
  await expect(notice).toBeHidden();
  await page.getByRole('link', { name: 'follow this link' }).click();
  await expect(notice).toBeVisible();
  await page.getByRole('button', { name: 'Keep counting it' }).click();
  await expect(notice).toBeHidden();

  await page.evaluate(() => {
    const link = document.querySelector<HTMLAnchorElement>('.site-nav a[href="/about"]');
    if (link) link.href = '/about#ignore-me';
    link?.click();
  });
  await expect(heading(page)).toHaveText('About');
  await expect(notice).toBeVisible();
  await page.goBack();
  await expect(heading(page)).toHaveText('Privacy');
  await expect(notice).toBeHidden();
});

test('three hundred pages in one tab take no more memory than thirty', async ({ page }) => {
  test.setTimeout(120_000);
  await page.goto('/posts/dawn');
  await expectCounter(page, '1 reading now · 1 view');
  /** The module is there already: it answers with what it exports. */
  const memory = () =>
    page.evaluate(async () => {
      const script = document.querySelector<HTMLLinkElement>('link[rel=modulepreload]')?.href;
      const app = await import(String(script));
      const { memory } = await app.default();
      return memory.buffer.byteLength as number;
    });
  /** Each click waits for the page of the one before. */
  const walk = (pages: number) =>
    page.evaluate(async (pages) => {
      for (let page = 0; page < pages; page += 1) {
        const before = document.querySelector('main');
        const way = page % 2 === 0 ? 'next' : 'prev';
        document.querySelector<HTMLElement>(`a[rel=${way}]`)?.click();
        while (document.querySelector('main') === before) {
          await new Promise((done) => setTimeout(done, 1));
        }
      }
    }, pages);
  await walk(30);
  const after30 = await memory();
  await walk(270);
  expect(await memory()).toBe(after30);
});
