// When a page is a reader of one slug: a state machine. It is told what happens and when,
// and says what is to be done; it knows no browser, no clock and no randomness of its own.
//
// It has the rules, and the words, of src/counter/lifecycle.rs, where each is told with
// its reason: `npm test` replays random lives of that one here, and both have to do the
// same. Moments and times are in milliseconds.

const SECOND = 1000;
const RETRY_BASE = SECOND;
const RETRY_MOST = 30 * SECOND;
const STABLE_AFTER = 5 * SECOND;
const RESTART_SPREAD = 5 * SECOND;
const RESTART_MOST = 60 * SECOND;
const PATIENT_AFTER = 8;
const PATIENT_RETRY = 600 * SECOND;
const HIDDEN_MOST = 60 * SECOND;
const SILENT_AFTER = 60 * SECOND;
const ANSWER_WITHIN = 10 * SECOND;
const FRESH = SECOND;

/** Close codes: RFC 6455 §7.4.1, and one of its private range. */
const ABNORMAL = 1006;
const RESTART = 1012;
const REPLACED = 4001;

export interface Counts {
  live: number;
  total: number;
}

/** Why a handshake was refused: no such post, come back after this time, or anything else. */
export type Answer = 'unknown' | 'other' | number;

/** Something that happened to the page or to its socket. */
export type Event =
  | ['shown' | 'left' | 'visible' | 'hidden' | 'online' | 'pagehide' | 'restored' | 'woken']
  /** Whether this browser only watches. */
  | ['role', boolean]
  | ['frame', number, Counts]
  | ['closed', number, number]
  | ['answer', number, Answer];

/** What does as it is told, in the order in which it is, and tells nothing back meanwhile. */
export interface Host {
  /** A new random view id. */
  viewId(): string;
  /** A random number from 0 up to but not including 1. */
  fraction(): number;
  /** Open a socket, with the view's id and whether it was connected before; without an id it watches. */
  open(generation: number, view: string | undefined, again: boolean): void;
  /** Close the socket, and take nothing more from it. */
  close(): void;
  /** Send any text on the socket: the server answers it with the numbers. */
  probe(): void;
  /** Ask the server for the slug's numbers, and tell what it says as `answer`. */
  askWhy(generation: number): void;
  /** Show these numbers, as live. */
  show(counts: Counts): void;
  /** Say that the numbers are no longer live. */
  showLost(): void;
}

/** None, and one is to be opened as soon as the page can be seen. */
const WAITING = 0;
/** The browser holds one. */
const HELD = 1;
/** None: the last was refused, and the server has been asked why. */
const ASKING = 2;
/** None until a moment; or, unless the server told it, until somebody looks. */
const RETRYING = 3;
/** None, for good. */
const ENDED = 4;

interface Socket {
  is: number;
  /** When something about it is due. */
  due?: number | undefined;
  /** Of a retry: the server told when. */
  told?: boolean | undefined;
  /** Of a link: when its first frame came. */
  openSince?: number | undefined;
  /** Of a link: when it brought the latest frame, or was opened. */
  heard?: number;
  /** Of a link: when something is due it is dead, and not only asked. */
  doomed?: boolean;
}

/** One showing of the page. */
interface View {
  id: string;
  connectedBefore: boolean;
  socket: Socket;
}

export interface Lifecycle {
  /** Something happens. */
  on(event: Event, now: number): void;
  /** When `woken` is wanted next. */
  wakesAt(): number | undefined;
}

/** A slug that is not on the page yet, on a page that can or cannot be seen. */
export function lifecycle(visible: boolean, watches: boolean, host: Host): Lifecycle {
  let shown = false;
  /** Since when the page cannot be seen. */
  let hiddenSince = visible ? undefined : 0;
  let view: View | undefined;
  let generation = 0;
  let failures = 0;
  let restartsUntil = 0;
  let putAway = false;
  let owesLost = false;
  /** Of the event in hand. */
  let now = 0;

  const become = (is: number, due?: number, told?: boolean) => {
    view!.socket = { is, due, told };
  };

  const beginView = () => {
    failures = 0;
    view = { id: host.viewId(), connectedBefore: false, socket: { is: WAITING } };
  };

  /** Closes the socket of a page whose numbers stay to be seen. */
  const unlink = () => {
    const link = view?.socket;
    if (link?.is !== HELD) return;
    become(WAITING);
    host.close();
    owesLost ||= link.openSince !== undefined;
    return link;
  };

  const endView = () => {
    unlink();
    view = undefined;
  };

  const retryAfter = (wait: number, told: boolean) => {
    failures++;
    become(RETRYING, now + wait, told);
  };

  /** Full jitter: a wait drawn from the whole of a range that doubles. */
  const backOff = () => {
    const restarts = now < restartsUntil;
    if (restarts) failures = 0;
    const most = restarts ? RESTART_SPREAD : Math.min(RETRY_BASE * 2 ** failures, RETRY_MOST);
    retryAfter(most * host.fraction(), false);
  };

  /** The link ended, and nobody says why. */
  const lost = ({ openSince }: Socket) => {
    if (now - (openSince ?? now) >= STABLE_AFTER) failures = 0;
    backOff();
  };

  const probe = (link: Socket) => {
    link.due = now + ANSWER_WITHIN;
    link.doomed = true;
    host.probe();
  };

  /** Somebody looks at the page again, or the network is back. */
  const reconsider = () => {
    const socket = view?.socket;
    if (socket?.is === RETRYING && !socket.told) become(WAITING);
    if (socket?.is !== HELD) return;
    if (socket.doomed) socket.due = Math.min(socket.due!, now + ANSWER_WITHIN);
    else if (now >= socket.heard! + FRESH) probe(socket);
  };

  const heard = (counts: Counts) => {
    const link = view!.socket;
    if (link.is !== HELD) return;
    link.openSince ??= now;
    link.heard = now;
    link.due = now + SILENT_AFTER;
    link.doomed = false;
    view!.connectedBefore ||= !watches;
    restartsUntil = 0;
    owesLost = false;
    host.show(counts);
  };

  const closed = (code: number) => {
    const link = view!.socket;
    if (link.is !== HELD) return;
    if (code === REPLACED) {
      become(ENDED);
    } else if (link.openSince === undefined && code === ABNORMAL && hiddenSince === undefined) {
      become(ASKING, now + ANSWER_WITHIN);
      host.askWhy(generation);
    } else if (code === RESTART) {
      restartsUntil = now + RESTART_MOST;
      backOff();
    } else {
      lost(link);
    }
    owesLost ||= link.openSince !== undefined;
  };

  const answered = (answer: Answer) => {
    if (view!.socket.is !== ASKING) return;
    if (answer === 'unknown') become(ENDED);
    else if (answer !== 'other') retryAfter(answer + RESTART_SPREAD * host.fraction(), true);
    else if (failures + 1 >= PATIENT_AFTER) {
      retryAfter(PATIENT_RETRY + RETRY_MOST * host.fraction(), false);
    } else backOff();
  };

  const woken = () => {
    // It stays closed until somebody looks.
    if (now >= hiddenSince! + HIDDEN_MOST) unlink();
    const socket = view?.socket;
    if (!(now >= socket?.due!)) return;
    if (socket!.is === RETRYING) become(WAITING);
    else if (socket!.is === ASKING) answered('other');
    else if (socket!.doomed) {
      unlink();
      lost(socket!);
    } else probe(socket!);
  };

  const openIfWanted = () => {
    if (hiddenSince !== undefined || view?.socket.is !== WAITING) return;
    view.socket = { is: HELD, heard: now, due: now + SILENT_AFTER, doomed: true };
    host.open(++generation, watches ? undefined : view.id, view.connectedBefore);
  };

  return {
    on(event, at) {
      now = at;
      switch (event[0]) {
        case 'shown':
          if (!shown) {
            shown = true;
            putAway = false;
            beginView();
          }
          break;
        case 'left':
          shown = false;
          endView();
          break;
        case 'visible':
          if (hiddenSince !== undefined) {
            hiddenSince = undefined;
            reconsider();
          }
          break;
        case 'hidden':
          hiddenSince ??= now;
          break;
        case 'online':
          reconsider();
          break;
        case 'pagehide':
          putAway = true;
          endView();
          break;
        case 'restored':
          putAway = false;
          endView();
          if (shown) beginView();
          break;
        case 'role':
          if (watches !== event[1]) {
            watches = event[1];
            unlink();
          }
          break;
        case 'woken':
          woken();
          break;
        default:
          // What a socket of an earlier generation, or view, says is about the past.
          if (!view || event[1] !== generation) break;
          if (event[0] === 'frame') heard(event[2]);
          else if (event[0] === 'closed') closed(event[2]);
          else answered(event[2]);
      }
      // Said when somebody looks, so that who comes back to a page and finds it live
      // again in the same moment is not startled.
      if (owesLost && shown && hiddenSince === undefined && !putAway) {
        owesLost = false;
        host.showLost();
      }
      openIfWanted();
    },

    wakesAt() {
      const socket = view?.socket;
      return socket?.is === HELD && hiddenSince !== undefined
        ? Math.min(socket.due!, hiddenSince + HIDDEN_MOST)
        : socket?.due;
    },
  };
}
