/**
 * Each kind of page, for those who read it in another way: with a screen reader, by keyboard,
 * much larger, in the colours of their system, from right to left, on paper.
 */

import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { withFiles } from '../support/content';
import { expect, test as base } from '../support/fixtures';
import { expectCounter, hydrated, PAGES } from '../support/page';
import type { Server } from '../support/server';
import { LONG_WORD, RICH_POST } from '../support/rich-post';

/** A page of each kind, and a post with everything that Markdown has. */
const ALL = { ...PAGES, second: '/page/2', rich: '/posts/rich' };

/** Short lists, so that one goes on on another page. */
const SITE = `title = "Tide Log"
description = "One day on the mud flats, in some posts."
author = "The tide"
posts_per_page = 4

[[navigation]]
label = "About"
href = "/about"
`;

/** One server for all tests of a worker: none of them counts. */
const test = base.extend<object, { site: Server }>({
  site: [
    async ({}, use) => {
      await withFiles({ 'site.toml': SITE, 'posts/rich.md': RICH_POST }, use);
    },
    { scope: 'worker' },
  ],
  server: ({ site }, use) => use(site),
});

// The document of the page that does not exist is itself a 404, and Chromium says so.
test.use({ expectedComplaints: /404 \(Not Found\) \(http:\/\/[^/]+\/nowhere\)/ });

/** Opens a page and waits until it has done all that it does by itself. */
async function open(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await hydrated(page);
  if (path.startsWith('/posts/')) {
    await expect(page.locator('.view-counter[data-state="live"]')).toHaveCount(2);
  }
}

/** What axe finds, by its rules for WCAG 2.2 A and AA, for good practice, and those it tries. */
async function violations(page: Page): Promise<unknown[]> {
  const tried = [
    'identical-links-same-purpose',
    'label-content-name-mismatch',
    'p-as-heading',
    'table-fake-caption',
    'target-size',
    'td-has-header',
  ];
  const rules = Object.fromEntries(tried.map((rule) => [rule, { enabled: true }]));
  const found = await new AxeBuilder({ page }).options({ rules }).analyze();
  return found.violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]);
}

/** How far the page can be moved sideways. */
const overflow = (page: Page) =>
  page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    return scrollWidth - clientWidth;
  });

/** The elements with text of their own that end outside of the window, and not in a box that scrolls. */
const cut = (page: Page) =>
  page.evaluate(() => {
    const scrolls = (element: Element) => /auto|scroll/.test(getComputedStyle(element).overflowX);
    const isCut = (element: Element): boolean => {
      const { left, right, width, height } = element.getBoundingClientRect();
      const isHeard = width <= 1 || height <= 1 || getComputedStyle(element).clipPath !== 'none';
      return !isHeard && (left < -1 || right > document.documentElement.clientWidth + 1);
    };
    const hasText = (element: Element) =>
      [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent?.trim());
    return [...document.querySelectorAll('body *')]
      .filter((element) => hasText(element) && isCut(element))
      .filter((element) => {
        for (let around = element.parentElement; around; around = around.parentElement) {
          if (scrolls(around)) return false;
        }
        return true;
      })
      .map((element) => element.outerHTML);
  });

for (const [name, path] of Object.entries(ALL)) {
  test(`${name}: axe finds nothing, in light and in dark`, async ({ page }) => {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await open(page, path);
      expect(await violations(page), colorScheme).toEqual([]);
    }
  });
}

test.describe('at 400 % of a window of 1280 by 1024', () => {
  test.use({ viewport: { width: 320, height: 256 } });

  test('nothing is cut, and no page scrolls sideways', async ({ page }) => {
    for (const path of Object.values(ALL)) {
      await open(page, path);
      expect(await overflow(page), path).toBe(0);
      expect(await cut(page), path).toEqual([]);
    }
  });

  test('the notice of a browser that is left out hides nothing', async ({ page }) => {
    await page.goto('/posts/rich#ignore-me');
    const notice = page.locator('aside.opt-out');
    await expect(notice, 'who asked is answered').toBeFocused();
    await expect(notice).toBeInViewport();
    await page.getByRole('button', { name: 'Leave this browser out' }).click();
    await open(page, '/posts/rich');
    await expect(notice).toBeVisible();
    await expect(notice, 'it stands at the end of the page').not.toBeInViewport();
    const atTheEdge = () =>
      page.evaluate(() => document.elementFromPoint(160, innerHeight - 2)?.closest('.opt-out'));
    expect(await atTheEdge()).toBeNull();
    expect(await cut(page)).toEqual([]);
    expect(await overflow(page)).toBe(0);
    expect(await violations(page)).toEqual([]);
  });
});

test('in a window with room the notice stays in sight', async ({ page }) => {
  await open(page, '/posts/rich#ignore-me');
  await expect(page.locator('aside.opt-out')).toHaveCSS('position', 'fixed');
});

test('whoever enlarges only the text loses nothing', async ({ page }) => {
  await page.setViewportSize({ width: 640, height: 800 });
  for (const path of Object.values(ALL)) {
    await open(page, path);
    await page.evaluate(() => (document.documentElement.style.fontSize = '200%'));
    expect(await overflow(page), path).toBe(0);
    expect(await cut(page), path).toEqual([]);
  }
});

test('in the colours of the system, what means something is still seen', async ({ page }) => {
  await page.emulateMedia({ forcedColors: 'active' });
  await open(page, '/posts/rich#fn:1');
  /** The colours of an element that are not those of what it stands on. */
  const drawn = (selector: string, property: string) =>
    page.locator(selector).first().evaluate((element, property) => {
      const canvas = getComputedStyle(document.body).backgroundColor;
      const colour = getComputedStyle(element).getPropertyValue(property);
      return colour !== canvas && !/transparent|rgba.*, 0\)/.test(colour);
    }, property);
  expect(await drawn('.view-counter-separator', 'border-top-color'), 'the lamp').toBe(true);
  const icons = [drawn('.theme-toggle-sun', 'stroke'), drawn('.theme-toggle-moon', 'stroke')];
  expect(await Promise.all(icons), 'one of the icons').toContain(true);
  expect(await drawn('li:target', 'outline-color'), 'the footnote that was asked for').toBe(true);
  await page.locator('.copy').first().focus();
  expect(await drawn('.copy', 'outline-color'), 'the focus').toBe(true);
  const mark = await page
    .locator('.site-title')
    .evaluate((title) => getComputedStyle(title, '::before').backgroundImage);
  expect(mark, 'the mark').toContain('gradient');
  expect(await violations(page)).toEqual([]);
});

test('on paper nothing is cut', async ({ page }) => {
  // A4 with the margins that browsers give it.
  await page.setViewportSize({ width: 718, height: 1047 });
  for (const path of Object.values(ALL)) {
    await open(page, path);
    await page.emulateMedia({ media: 'print' });
    const clipped = await page.evaluate(() =>
      [...document.querySelectorAll('body *')]
        .filter(({ clientWidth, scrollWidth }) => clientWidth > 1 && scrollWidth > clientWidth + 1)
        .filter((element) => getComputedStyle(element).display !== 'inline')
        .map(({ outerHTML }) => outerHTML.slice(0, 200)),
    );
    expect(clipped, path).toEqual([]);
    expect(await cut(page), path).toEqual([]);
    for (const button of await page.getByRole('button').all()) await expect(button).toBeHidden();
    await page.emulateMedia({ media: 'screen' });
  }
});

test('the keyboard comes to everything, sees where it is, and hears names that differ', async ({
  page,
}) => {
  await open(page, '/posts/rich');
  const stops: { what: string; leads: string }[] = [];
  for (;;) {
    await page.keyboard.press('Tab');
    const stop = await page.evaluate(() => {
      const element = document.activeElement;
      if (!element || element === document.body) return null;
      const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(element);
      const { left, right, top, bottom } = element.getBoundingClientRect();
      return {
        name: (element.getAttribute('aria-label') ?? element.textContent ?? '').trim(),
        leads: element.getAttribute('href') ?? element.outerHTML.slice(0, 120),
        isOutlined: outlineStyle !== 'none' && outlineWidth !== '0px' && !/rgba.*, 0\)/.test(outlineColor),
        isSeen: bottom > 0 && right > 0 && top < innerHeight && left < innerWidth,
      };
    });
    if (!stop) break;
    expect(stop.name, stop.leads).not.toBe('');
    expect(stop, stop.name).toMatchObject({ isOutlined: true, isSeen: true });
    stops.push({ what: stop.name, leads: stop.leads });
    expect(stops.length).toBeLessThan(100);
  }
  const places = new Map<string, Set<string>>();
  for (const { what, leads } of stops) places.set(what, (places.get(what) ?? new Set()).add(leads));
  const ambiguous = [...places].filter(([, leads]) => leads.size > 1);
  expect(ambiguous.map(([name, leads]) => [name, ...leads])).toEqual([]);
  const names = [...places.keys()];
  for (const expected of [
    'Skip to content',
    'Link to “Tables”',
    'Table 1: Ground, Holds a boot',
    'Table 2: Ground, Holds a boot',
    'Code block 1, rust',
    'Copy: Code block 2, console',
  ]) {
    expect(names).toContain(expected);
  }
});

test('a heading is read without its link', async ({ page }) => {
  await open(page, '/posts/rich');
  const heading = page.getByRole('heading', { name: 'Tables', exact: true });
  await expect(heading).toBeVisible();
  const link = page.getByRole('link', { name: 'Link to “Tables”' });
  await expect(link).toHaveAttribute('href', `#${await heading.getAttribute('id')}`);
  // Beside its last word.
  const [words, sign] = await Promise.all([heading.boundingBox(), link.boundingBox()]);
  expect(sign?.x).toBeGreaterThanOrEqual((words?.x ?? 0) + (words?.width ?? 0));
  expect(sign?.y).toBeLessThan((words?.y ?? 0) + (words?.height ?? 0));
});

test('a list without bullets has markers all the same, so that WebKit takes it for one', async ({
  page,
}) => {
  for (const path of ['/', '/posts/noon']) {
    await open(page, path);
    const lists = await page
      .locator(':is(ul, ol) > li')
      .evaluateAll((items) => items.map((item) => getComputedStyle(item).listStyleType));
    expect(lists.length).toBeGreaterThan(3);
    expect(lists, path).not.toContain('none');
  }
});

test('a task has a box and no bullet', async ({ page }) => {
  await open(page, '/posts/rich');
  const tasks = page.getByRole('checkbox');
  await expect(tasks).toHaveCount(4);
  const markers = await tasks.evaluateAll((boxes) =>
    boxes.map((box) => getComputedStyle(box.closest('li') ?? box).listStyleType),
  );
  expect(new Set(markers)).toEqual(new Set(['""']));
});

test('the style sheet has no rule for what is on no page', async ({ page }) => {
  const written = new Set<string>();
  for (const path of [...Object.values(ALL), '/posts/rich#ignore-me']) {
    await open(page, path);
    const classes = await page
      .locator('[class]')
      .evaluateAll((elements) => elements.flatMap((element) => [...element.classList]));
    for (const name of classes) written.add(name);
  }
  const known = await page.evaluate(() => {
    const selectors = (rules: CSSRuleList): string[] =>
      [...rules].flatMap((rule) => [
        ...('selectorText' in rule ? [String(rule.selectorText)] : []),
        ...('cssRules' in rule ? selectors(rule.cssRules as CSSRuleList) : []),
      ]);
    return [...document.styleSheets].flatMap((sheet) => selectors(sheet.cssRules));
  });
  const names = new Set(
    known.flatMap((selector) => [...selector.matchAll(/\.([a-z][\w-]*)/g)].map(([, name]) => name ?? '')),
  );
  const elsewhere = [
    // What code of other languages has.
    /^hl-/,
    // While the connection is lost; and of a component that applications style with this sheet.
    /^view-counter-sign$|^live-visitors/,
  ];
  const dead = [...names].filter(
    (name) => !written.has(name) && !elsewhere.some((known) => known.test(name)),
  );
  expect(names.size).toBeGreaterThan(40);
  expect(dead).toEqual([]);
});

test.describe('a site that is written from right to left', () => {
  const ARABIC = `title = "سجل المد"
description = "يوم واحد على السهول الطينية."
author = "المد"
language = "ar"

[[navigation]]
label = "حول"
href = "/about"
`;
  const POST = `+++
title = "ظهر"
date = 2026-03-05
description = "مقال عن السهول."
tags = ["مد"]
+++

السهول جافة، والأمر \`ask --way home\` يدل على الطريق.

## الأرض

- رمل
- طين

| أرض | حذاء |
|---|---|
| رمل | نعم |

\`\`\`rust
fn farthest() {} // ${LONG_WORD}
\`\`\`
`;

  test('is laid out so, and its code is not', async ({ page }) => {
    await withFiles({ 'site.toml': ARABIC, 'posts/rtl.md': POST }, async (server) => {
      for (const width of [320, 1280]) {
        await page.setViewportSize({ width, height: 800 });
        await page.goto(`${server.url}/`);
        await hydrated(page);
        await page.getByRole('link', { name: 'ظهر' }).click();
        await expect(page.getByRole('heading', { level: 1 })).toHaveText('ظهر');
        await expectCounter(page, width === 320 ? '1 reading now · 1 view' : '1 reading now · 2 views');
        await expect(page.locator('html')).toHaveAttribute('dir', 'rtl');
        expect(await overflow(page)).toBe(0);
        expect(await cut(page)).toEqual([]);
        expect(await violations(page)).toEqual([]);
        for (const code of ['.prose p code', '.code pre', '.code code']) {
          await expect(page.locator(code).first()).toHaveCSS('direction', 'ltr');
        }
        const [title, toggle] = await Promise.all([
          page.locator('.site-title').boundingBox(),
          page.locator('.theme-toggle').boundingBox(),
        ]);
        expect(title?.x, 'it begins at the right').toBeGreaterThan(toggle?.x ?? 0);
      }
      await page.goto('about:blank');
    });
  });
});
