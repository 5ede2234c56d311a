// Both sides have to agree. On lives: replays those that lives.rs prints, one a line on
// standard input, on the lifecycle of this folder; what it does and when it wants to be
// woken has to be the same. On the slugs of pages, in slugs.json, which the server reads
// too. And on why a handshake was refused, in refusals.json, which the Leptos component reads
// too. The argument is what is tested, built.
//
// A row of refusals.json is an answer of `/api/v1/views/SLUG` and what is made of it:
//   status      of the answer, a number
//   retryAfter  its Retry-After, or null if it has none
//   body        its body, a text
//   refusal     as lives.rs writes it: "unknown" (not counted), "other" (as a lost connection),
//               a number (come back after so many milliseconds), or {"live", "total"} (the
//               numbers, while no WebSocket can be had)

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import readline from 'node:readline';
import { pathToFileURL } from 'node:url';

const { encodedSlug, isSlug, lifecycle, refusalOf, serverOf, slugOfAttribute, slugOfPath } =
  await import(pathToFileURL(process.argv[2]).href);

const slugs = JSON.parse(await readFile(new URL('slugs.json', import.meta.url), 'utf8'));
for (const [path, slug] of Object.entries(slugs.paths)) assert.equal(slugOfPath(path), slug, path);
for (const [text, slug] of Object.entries(slugs.attributes)) {
  assert.equal(slugOfAttribute(text), slug, text);
}
assert.equal(encodedSlug('2026/a b~é?#%'), '2026/a%20b~%C3%A9%3F%23%25');
for (const slug of ['a', 'a/b', '日本語', '.a', 'a..b']) assert.ok(isSlug(slug), slug);
for (const slug of ['', '/a', 'a/', 'a//b', '.', 'a/..', 'a\u0000', 'a\ud83d']) {
  assert.ok(!isSlug(slug), JSON.stringify(slug));
}

globalThis.location = new URL('https://blog.example/posts/noon');
for (const [text, server] of [
  ['https://counts.example', 'https://counts.example'],
  [' https://counts.example/ ', 'https://counts.example'],
  ['http://127.0.0.1:3000', 'http://127.0.0.1:3000'],
  ['counts.example', 'https://counts.example'],
  ['localhost:3000/', 'https://localhost:3000'],
  ['//counts.example', 'https://counts.example'],
  ['/counts/', 'https://blog.example/counts'],
  ['https://blog.example/counts/?a#b', 'https://blog.example/counts'],
  ['', undefined],
  ['ftp://counts.example', undefined],
  ['https://counts example', undefined],
]) {
  assert.equal(serverOf(text), server, text);
}

const refusals = JSON.parse(await readFile(new URL('refusals.json', import.meta.url), 'utf8'));
for (const row of refusals) {
  const { status, retryAfter, body, refusal } = row;
  const headers = retryAfter === null ? {} : { 'retry-after': retryAfter };
  globalThis.fetch = async () => new Response(body, { status, headers });
  assert.deepEqual(await refusalOf('https://counts.example'), refusal, JSON.stringify(row));
}

let lives = 0;
let steps = 0;
/** How often each was done. */
const seen = new Map();

for await (const line of readline.createInterface({ input: process.stdin })) {
  replay(JSON.parse(line));
  lives += 1;
}

const never = ['open', 'close', 'probe', 'probeRefusal', 'show', 'showStale', 'showLost'].filter(
  (name) => !seen.has(name),
);
assert.deepEqual(never, [], 'every action occurs in some life');
console.log(`${lives} lives, ${steps} events: the same on both sides`);

function replay({ visible, watches, steps: planned }) {
  let ids = 0;
  let fraction = 0;
  /** The generation of each socket. */
  const sockets = [];
  let does = [];
  const note = (name) => (/** @type {any[]} */ ...more) => does.push([name, ...more]);
  const life = lifecycle(visible, watches, {
    viewId: () => (++ids).toString(16).padStart(32, '0'),
    fraction: () => fraction,
    open(generation, view, again) {
      sockets.push(generation);
      does.push(view === undefined ? ['open'] : ['open', view, again]);
    },
    close: note('close'),
    probe: note('probe'),
    probeRefusal: () => does.push(['probeRefusal']),
    show: (isLive, counts) =>
      does.push(counts ? [isLive ? 'show' : 'showStale', counts] : ['showLost']),
  });
  const told = [];
  for (const step of planned) {
    const [name, socket, more] = step.event;
    const ofASocket = ['frame', 'closed', 'refused'].includes(name);
    const event = ofASocket ? [name, sockets[socket], more] : step.event;
    does = [];
    fraction = step.fraction;
    const wakes = life(event, step.at);
    told.push(`${step.at} ms: ${JSON.stringify(step.event)}`);
    assert.deepEqual(does, step.does, told.join('\n'));
    assert.equal(wakes, step.wakes ?? Infinity, `when it wakes\n${told.join('\n')}`);
    for (const [done] of does) seen.set(done, (seen.get(done) ?? 0) + 1);
    steps += 1;
  }
}
