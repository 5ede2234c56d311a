// @ts-check
// What can be said of numbers that were measured in turn, and how surely.

const RESAMPLES = 5_000;

/**
 * The value below which this share of the values lies, between two if need be.
 *
 * @param {number[]} values @param {number} share
 */
export function quantile(values, share) {
  const sorted = values.toSorted((a, b) => a - b);
  const place = share * (sorted.length - 1);
  const below = sorted[Math.floor(place)];
  const above = sorted[Math.ceil(place)];
  return below + (above - below) * (place - Math.floor(place));
}

/** @param {number[]} values */
export const median = (values) => quantile(values, 0.5);

/** @param {number[]} values */
export function summary(values) {
  return { median: median(values), p25: quantile(values, 0.25), p75: quantile(values, 0.75) };
}

/**
 * How far apart the medians are, with a bootstrap interval of 95 %. Pairs are drawn and
 * not single values: the two of a pair were measured one after the other, on a machine
 * that was as busy for both.
 *
 * @param {number[]} those @param {number[]} these What they are compared with, in pairs.
 */
export function difference(those, these) {
  const random = randomFrom(1);
  const resampled = Array.from({ length: RESAMPLES }, () => {
    const drawn = those.map(() => Math.floor(random() * those.length));
    return median(drawn.map((n) => those[n])) - median(drawn.map((n) => these[n]));
  });
  const low = quantile(resampled, 0.025);
  const high = quantile(resampled, 0.975);
  return { median: median(those) - median(these), low, high, beyondNoise: low > 0 || high < 0 };
}

/** The same numbers each time, so that a report can be made again (mulberry32). */
export function randomFrom(/** @type {number} */ seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
