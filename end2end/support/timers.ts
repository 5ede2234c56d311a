/**
 * Stops the timers of a page for good, those that run and those to come: what it does then, it
 * does at once. How long that takes is the machine's affair, so no test has to measure it.
 *
 * It runs in the page, and knows nothing from here.
 */
export function stopTimers(): void {
  const last = setTimeout(() => {}) as unknown as number;
  for (let timer = 1; timer <= last; timer += 1) clearTimeout(timer);
  window.setTimeout = (() => last) as unknown as typeof setTimeout;
}
