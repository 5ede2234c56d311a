import type { Page } from '@playwright/test';
import { expect, test } from '../support/fixtures';
import { expectCounter } from '../support/page';

/** How far things have moved on the page since its beginning (the CLS sum). */
function layoutShift(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const shifts: PerformanceEntry[] = [];
    const observer = new PerformanceObserver((list) => shifts.push(...list.getEntries()));
    observer.observe({ type: 'layout-shift', buffered: true });
    // What is moving now is known after the next frame.
    for (let frame = 0; frame < 2; frame += 1) {
      await new Promise((resume) => requestAnimationFrame(resume));
    }
    shifts.push(...observer.takeRecords());
    observer.disconnect();
    return shifts
      .map((shift) => (shift as PerformanceEntry & { value: number }).value)
      .reduce((sum, value) => sum + value, 0);
  });
}

for (const width of [390, 1280]) {
  test(`at ${width} px nothing moves when the counter comes alive or counts`, async ({
    page,
    read,
  }) => {
    await page.setViewportSize({ width, height: 800 });
    await page.goto('/posts/noon');
    await expectCounter(page, '1 reading now · 1 view');
    expect(await layoutShift(page)).toBe(0);

    for (let others = 1; others < 10; others += 1) await read('noon');
    await expectCounter(page, '10 reading now · 10 views');
    expect(await layoutShift(page)).toBe(0);
  });
}
