// One slug on this page: its lifecycle, its socket, and who is shown the numbers.

import { type Answer, type Counts, type Event, lifecycle } from './lifecycle';
import { isLeftOut, isVisible, randomId, remarks } from './page';

/** What shows the numbers of a slug, and whether they are no longer live. */
interface Counter {
  show(counts: Counts, lost: boolean): void;
}

export interface Reader {
  /** Those that are on the page. */
  counters: Set<Counter>;
  on(...event: Event): void;
  /** Shows all of them what was last known, if anything was. */
  show(): void;
}

/** A browser's timer knows no more, about 25 days. */
const TIMER_MOST = 2 ** 31 - 1;

/** A reader of this slug at this server, which is on no page yet. */
export function reader(server: string, slug: string): Reader {
  const path = encodeURIComponent(slug);
  const counters = new Set<Counter>();
  let socket: WebSocket | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let last: Counts | undefined;
  let lost = false;

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
          try {
            const { live, total } = JSON.parse(data);
            if (live >= 0 && total >= 0) on('frame', generation, { live, total });
          } catch {}
        };
        socket.onclose = ({ code }) => on('closed', generation, code);
      } catch {
        setTimeout(() => on('closed', generation, 1006));
      }
    },
    close() {
      // First deaf, then closed: on a dead link the answer can take minutes.
      if (socket) socket.onmessage = socket.onclose = null;
      socket?.close();
    },
    probe() {
      socket?.send('?');
    },
    async askWhy(generation) {
      on('answer', generation, await answerOf(`${server}/api/v1/views/${path}`));
    },
    show(counts) {
      last = counts;
      lost = false;
      show();
    },
    showLost() {
      lost = true;
      show();
    },
  });

  const show = () => counters.forEach((counter) => last && counter.show(last, lost));

  const on = (...event: Event) => {
    life.on(event, performance.now());
    clearTimeout(timer);
    const at = life.wakesAt();
    if (at !== undefined) {
      timer = setTimeout(() => on('woken'), Math.min(at - performance.now() + 1, TIMER_MOST));
    }
  };

  return { counters, on, show };
}

/** Why a handshake was refused: scripts cannot see that of a WebSocket, and can of a request. */
async function answerOf(url: string): Promise<Answer> {
  try {
    const { status, headers } = await fetch(url);
    if (status === 404) return 'unknown';
    const seconds = Number(headers.get('retry-after') ?? NaN);
    return (status === 429 || status === 503) && seconds >= 0 ? seconds * 1000 : 'other';
  } catch {
    return 'other';
  }
}
