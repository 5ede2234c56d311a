/**
 * Random walks in an application with Leptos' router. Whatever page it shows, that one is read
 * and no other, once for each time. (Which page it shows is the router's affair.)
 */

import { expect, routerTest as test } from '../../engines/fixtures';
import { rollsOf } from '../../../support/rolls';

const STEPS = 40;
const SLUGS = ['one', 'two', 'three'];

for (const seed of [20_261_130, 7, 4_711]) {
  test(`the post that is shown is read (${seed})`, async ({ open, server }) => {
    test.setTimeout(180_000);
    const roll = rollsOf(seed);
    const window = await open('/posts/one');
    const heading = () => window.evaluate(() => document.querySelector('h1')?.textContent ?? '');
    const totals: Record<string, number> = { one: 0, two: 0, three: 0 };
    let before = '';
    /** Waits until the page is read that is shown; `isNew` if it is another document. */
    const expectRead = async (step: string, isNew = false) => {
      const read = async () => {
        const shown = await heading();
        const counter = await window.evaluate(
          () => document.querySelector('.view-counter')?.getAttribute('data-state') ?? 'none',
        );
        const counts = await Promise.all(SLUGS.map((slug) => server.views(slug)));
        return { shown, counter, live: counts.map(({ live }) => live) };
      };
      const agrees = async () => {
        const seen = await read();
        const live = SLUGS.map((slug) => (slug === seen.shown ? 1 : 0));
        const wanted = { ...seen, live, counter: live.includes(1) ? 'live' : 'none' };
        return JSON.stringify(seen) === JSON.stringify(wanted) ? 'read' : JSON.stringify(seen);
      };
      // While one document takes another's place there is nobody to ask.
      await expect.poll(() => agrees().catch(String), { message: step, timeout: 15_000 }).toBe('read');
      const shown = await heading();
      if (shown in totals && (isNew || shown !== before)) totals[shown] = (totals[shown] ?? 0) + 1;
      before = shown;
      for (const slug of SLUGS) {
        expect((await server.views(slug)).total, `${step}: ${slug}`).toBe(totals[slug]);
      }
    };
    await expectRead('the beginning');
    // No further back than where it began: that is another document.
    let [at, length] = [0, 1];
    for (let number = 0; number < STEPS; number += 1) {
      let step = '';
      const kind = roll(8);
      if (kind < 2 && at > 0) {
        await window.back();
        at -= 1;
        step = 'back';
      } else if (kind === 2 && at + 1 < length) {
        await window.forward();
        at += 1;
        step = 'forward';
      } else if (kind === 3) {
        await window.evaluate(() => {
          document.documentElement.dataset['before'] = '';
          location.reload();
        });
        const marked = () => window.evaluate(() => 'before' in document.documentElement.dataset);
        await expect.poll(() => marked().catch(() => true)).toBe(false);
        step = 'reload';
      } else {
        const links = await window.evaluate(() =>
          [...document.querySelectorAll('a')]
            .map((link) => link.getAttribute('href') ?? '')
            .filter((href) => href === '/' || href.startsWith('/posts/')),
        );
        const href = links[roll(links.length)] ?? '/';
        const present = await window.evaluate(() => location.pathname);
        await window.click(`a[href="${href}"]`);
        if (href !== present) [at, length] = [at + 1, at + 2];
        step = `to ${href}`;
      }
      await expectRead(`step ${number}: ${step}`, step === 'reload');
    }
  });
}
