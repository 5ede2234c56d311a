// One slug on this page: its lifecycle, its socket, and what is known of its numbers.

import type { Numbers } from './drawing';
import { type Counts, type Event, lifecycle, type Refusal } from './lifecycle';
import { isLeftOut, isVisible, randomId, remarks } from './page';
import { encodedSlug } from './slug';

export interface Reader extends Numbers {
  on(...event: Event): void;
}

/** A day: the longest wait that a server is believed. No timer knows more than 2³¹ ms. */
const MAX_WAIT_S = 86_400;

/** A reader of this slug at this server, which is on no page yet; what it learns is to be drawn. */
export function reader(server: string, slug: string, draw: () => void): Reader {
  const path = encodedSlug(slug);
  let socket: WebSocket | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const life = lifecycle(isVisible(), isLeftOut(), {
    viewId: randomId,
    fraction: Math.random,
    open(generation, view, again) {
      const who = view ? `v=${view}${again ? '&again=1' : ''}` : 'watch=1';
      const url = `${server}/api/v1/connect/${path}?${who}${remarks()}`;
      try {
        socket = new WebSocket(url.replace(/^http/, 'ws'));
        socket.onmessage = ({ data }) => {
          // Frames may get more fields and other kinds may come: what is not understood
          // is passed over.
          const counts = countsOf(data);
          if (counts) on('frame', generation, counts);
        };
        socket.onclose = ({ code }) => on('closed', generation, code);
      } catch {
        setTimeout(on, 0, 'closed', generation, 1006);
      }
    },
    close() {
      // First deaf, then closed: on a dead link the answer can take minutes.
      if (!socket) return;
      socket.onmessage = socket.onclose = null;
      socket.close();
    },
    probe() {
      socket?.send('?');
    },
    async probeRefusal(generation) {
      on('refused', generation, await refusalOf(`${server}/api/v1/views/${path}`));
    },
    show(isLive, counts) {
      it.counts = counts ?? it.counts;
      it.kind = isLive ? 'live' : 'lost';
      draw();
    },
  });

  const on = (...event: Event) => {
    const at = life(event, Math.floor(performance.now()));
    clearTimeout(timer);
    if (at < Infinity) timer = setTimeout(on, at - performance.now(), 'woken');
  };

  const it: Reader = { on };
  return it;
}

/** The numbers that this text is; undefined if it is something else. */
function countsOf(text: string): Counts | undefined {
  try {
    const { live, total } = JSON.parse(text);
    if (live === +live && total === +total) return { live, total };
  } catch {}
  return undefined;
}

/**
 * Why a handshake was refused: scripts cannot see that of a WebSocket, and can of a request.
 * src/counter/browser/refusal.rs makes the same of the same answers; both are tested with
 * tests/refusals.json.
 */
export async function refusalOf(url: string): Promise<Refusal> {
  try {
    const response = await fetch(url);
    const wait = response.headers.get('retry-after')!;
    // Nothing is made of a date, nor of no time at all.
    if (/^\d+$/.test(wait) && +wait) return Math.min(+wait, MAX_WAIT_S) * 1000;
    const text = await response.text();
    if (response.ok) return countsOf(text) ?? 'other';
    // A proxy before a server that restarts has a 404 of its own.
    if (typeof JSON.parse(text).error === 'string' && response.status < 429) return 'unknown';
  } catch {}
  return 'other';
}
