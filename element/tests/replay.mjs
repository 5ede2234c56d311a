// Both sides have to agree. On lives: replays those that lives.rs prints, one a line on
// standard input, on the lifecycle of this folder; what it does and when it wants to be
// woken has to be the same. And on the slugs of pages, in slugs.json, which the server
// reads too. The argument is what is tested, built.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import readline from 'node:readline';
import { pathToFileURL } from 'node:url';

const { lifecycle, slugOf } = await import(pathToFileURL(process.argv[2]).href);

const slugs = JSON.parse(await readFile(new URL('slugs.json', import.meta.url), 'utf8'));
for (const [path, slug] of Object.entries(slugs)) assert.equal(slugOf(path), slug, path);

let lives = 0;
let steps = 0;
/** How often each was done. */
const seen = new Map();

for await (const line of readline.createInterface({ input: process.stdin })) {
  replay(JSON.parse(line));
  lives += 1;
}

const never = ['open', 'close', 'probe', 'askWhy', 'show', 'showLost'].filter(
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
    askWhy: () => does.push(['askWhy']),
    show: note('show'),
    showLost: note('showLost'),
  });
  const told = [];
  for (const step of planned) {
    const [name, socket, more] = step.event;
    const ofASocket = ['frame', 'closed', 'answer'].includes(name);
    const event = ofASocket ? [name, sockets[socket], more] : step.event;
    does = [];
    fraction = step.fraction;
    life.on(event, step.at);
    told.push(`${step.at} ms: ${JSON.stringify(step.event)}`);
    assert.deepEqual(does, step.does, told.join('\n'));
    const wakes = life.wakesAt() ?? null;
    const same = wakes === null ? step.wakes === null : Math.abs(wakes - step.wakes) < 0.001;
    assert.ok(same, `wakes at ${wakes} and not at ${step.wakes}\n${told.join('\n')}`);
    for (const [done] of does) seen.set(done, (seen.get(done) ?? 0) + 1);
    steps += 1;
  }
}
