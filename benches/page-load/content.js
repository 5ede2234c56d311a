// @ts-check
// Sites that are larger than the one in this repository.

import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { randomFrom } from './statistics.js';

const SITE = `title = "A large site"
description = "Made for measuring."
author = "Nobody"
language = "en"
`;
const ABOUT = `+++
title = "About"
description = "Made for measuring."
+++

Made for measuring.
`;

const SYLLABLES = 'a be co de e fi ga hu in ko la me no or pa qui re sto ta un ve win y zo'.split(
  ' ',
);
/** Of one to four syllables, the short ones first: the common words are short. */
const WORDS = Array.from({ length: 2_000 }, (_, n) => {
  const count = n < 24 ? 1 : n < 200 ? 2 : n < 1_000 ? 3 : 4;
  return Array.from(
    { length: count },
    (_, place) =>
      SYLLABLES[(n * 7 ** place + Math.floor(n / SYLLABLES.length ** place)) % SYLLABLES.length],
  );
}).map((syllables) => syllables.join(''));

/** @param {string} folder An empty one. @param {number} posts */
export async function manyPosts(folder, posts) {
  await site(folder);
  for (let n = 0; n < posts; n += 1) {
    const date = new Date(Date.UTC(2026, 0, 1) - n * 86_400_000).toISOString().slice(0, 10);
    await post(folder, `post-${n}`, date, n, paragraphs(300, n));
  }
}

/** @param {string} folder An empty one. @param {number} words */
export async function longPost(folder, words) {
  await site(folder);
  const sections = Array.from(
    { length: Math.round(words / 500) },
    (_, n) => `## Section ${n + 1}\n\n${paragraphs(500, n)}`,
  );
  await post(folder, 'long', '2026-01-01', 0, sections.join('\n'));
}

/** @param {string} folder */
async function site(folder) {
  await mkdir(path.join(folder, 'posts'), { recursive: true });
  await writeFile(path.join(folder, 'site.toml'), SITE);
  await writeFile(path.join(folder, 'about.md'), ABOUT);
}

/**
 * @param {string} folder @param {string} slug @param {string} date @param {number} seed
 * @param {string} text
 */
function post(folder, slug, date, seed, text) {
  const random = randomFrom(seed + 1_000);
  const some = (/** @type {number} */ count) => Array.from({ length: count }, () => word(random));
  const front = [
    `title = "${some(4).join(' ')}"`,
    `date = ${date}`,
    `description = "${some(20).join(' ')}"`,
    'tags = ["Measuring"]',
  ];
  return writeFile(
    path.join(folder, 'posts', `${slug}.md`),
    `+++\n${front.join('\n')}\n+++\n${text}\n`,
  );
}

/** In sentences of twelve words and paragraphs of a hundred. @param {number} words @param {number} seed */
function paragraphs(words, seed) {
  const random = randomFrom(seed);
  let text = '';
  for (let n = 1; n <= words; n += 1) {
    text += word(random);
    if (n % 100 === 0) text += '.\n\n';
    else text += n % 12 === 0 ? '. ' : ' ';
  }
  return text;
}

/** Common words come often, as they do in prose, so that it compresses like prose. */
const word = (/** @type {() => number} */ random) =>
  WORDS[Math.floor(WORDS.length * random() ** 1.5)];
