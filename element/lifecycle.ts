// When a page is a reader of one slug: a pure state machine. It is told what happens and when,
// and says what is to be done; it knows no browser, no clock and no randomness of its own.
//
// It has the rules, and the words, of src/counter/lifecycle.rs, where each is told with its
// reason: `make element-tests` replays random lives of that one here, and both have to do the
// same. Moments and times are in whole milliseconds.

const SECOND = 1000;
const RETRY_BASE = SECOND;
const MAX_RETRY_DELAY = 30 * SECOND;
const STABLE_AFTER = 5 * SECOND;
const RESTART_SPREAD = 5 * SECOND;
const MAX_RESTART = 60 * SECOND;
const PATIENT_AFTER = 8;
const PATIENT_RETRY_DELAY = 600 * SECOND;
const UNKNOWN_RETRY_DELAY = 3600 * SECOND;
const GOING_AWAY_DELAY = 2 * SECOND;
const MAX_HIDDEN = 60 * SECOND;
export const LEAVING_TIMEOUT = 10 * SECOND;
const REMOVAL_GRACE = SECOND / 2;
const LOST_GRACE = 2 * SECOND;
const GOING_AWAY_GRACE = GOING_AWAY_DELAY + RETRY_BASE + LOST_GRACE;
const IDLE_TIMEOUT = 60 * SECOND;
const RESPONSE_TIMEOUT = 10 * SECOND;
const FRESH = SECOND;

/** Close codes: RFC 6455 §7.4.1, and one of its private range. */
const GOING_AWAY = 1001;
const ABNORMAL = 1006;
const RESTART = 1012;
const REPLACED = 4001;

export interface Counts {
  live: number;
  total: number;
}

/**
 * Why a handshake was refused: the slug is not counted, come back after this time, it is the
 * WebSocket alone that cannot be had, or anything else.
 */
export type Refusal = 'unknown' | 'other' | number | Counts;

/** Something that happened to the page or to its socket. */
export type Event =
  | ['shown' | 'removed' | 'leaving' | 'arrived' | 'visible' | 'hidden']
  | ['online' | 'pagehide' | 'restored' | 'woken']
  /** Whether this browser only watches. */
  | ['role', boolean]
  | ['frame', number, Counts]
  | ['closed', number, number]
  | ['refused', number, Refusal];

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
  /** Ask the server for the slug's numbers, and tell what it says as `refused`. */
  probeRefusal(generation: number): void;
  /** Show these numbers, as live or no longer live; without numbers, say so of the last. */
  show(isLive: boolean, counts?: Counts): void;
}

/** A moment that never comes. */
const NEVER = Infinity;

/** None, and one is to be opened as soon as somebody reads. */
const WAITING = 0;
/** The browser has one. */
const LINKED = 1;
/** None: the last was refused, and the server has been asked why. */
const PROBING = 2;
/** None until a moment; or, unless the server named it, until somebody looks. */
const RETRYING = 3;
/** None for the rest of this showing. */
const ENDED = 4;

interface Socket {
  is: number;
  /** When something about it is due. */
  due: number;
  /** Of a retry: the server named the moment. Of a link: it is dead then, and not only asked. */
  final?: boolean | undefined;
  /** Of a link: when its first frame came. */
  openSince: number;
  /** Of a link: when it brought the latest frame, or was opened. */
  lastFrame: number;
}

/** The slug in one showing of the page. */
interface View {
  ident: string;
  connectedBefore: boolean;
  socket: Socket;
}

/** Something happens. Returns when `woken` is wanted next; never, if that is infinite. */
export type Lifecycle = (event: Event, now: number) => number;

/** A slug that is not on the page yet, on a page that can or cannot be seen. */
export function lifecycle(isVisible: boolean, watches: boolean, host: Host): Lifecycle {
  /** Since when no counter of the slug is on the page. */
  let absentSince = 0;
  /** Since when the page cannot be seen. */
  let hiddenSince = isVisible ? NEVER : 0;
  /** A navigation away from the page began, and has until then to end. */
  let leavingUntil = NEVER;
  let isPutAway = false;
  let view: View | undefined;
  let generation = 0;
  let failures = 0;
  let restartUntil = 0;
  /** The numbers are not live, and nobody was told. */
  let owesNotice = false;
  let noticeAt = NEVER;
  /** Of the event in hand. */
  let now = 0;

  const partOf = (time: number) => Math.floor(time * host.fraction());

  const become = (is: number, due = NEVER, final = false) => {
    view!.socket = { is, due, final, openSince: NEVER, lastFrame: now };
  };

  const isRead = () => Math.min(absentSince, hiddenSince, leavingUntil) === NEVER && !isPutAway;

  /** When a socket is closed because nobody reads. */
  const closesAt = () => Math.min(hiddenSince + MAX_HIDDEN, absentSince + REMOVAL_GRACE);

  const beginView = () => {
    failures = 0;
    view = { ident: host.viewId(), connectedBefore: false, socket: {} as Socket };
    become(WAITING);
  };

  const oweNotice = (link: Socket) => {
    owesNotice ||= link.openSince < NEVER;
  };

  /** Closes the socket of a page whose numbers stay to be seen. */
  const unlink = () => {
    const link = view?.socket;
    if (link?.is !== LINKED) return;
    become(WAITING);
    host.close();
    oweNotice(link);
  };

  const endView = () => {
    unlink();
    view = undefined;
    leavingUntil = NEVER;
  };

  const retryAfter = (delay: number, named = false) => {
    failures++;
    become(RETRYING, now + delay, named);
  };

  /** Full jitter: a wait drawn from the whole of a range that doubles. */
  const backOff = () => {
    const restarts = now < restartUntil;
    if (restarts) failures = 0;
    const longest = Math.min(RETRY_BASE * 2 ** failures, MAX_RETRY_DELAY);
    retryAfter(partOf(restarts ? RESTART_SPREAD : longest));
  };

  /** The link ended, and nobody says why. */
  const lost = (link: Socket) => {
    if (now >= link.openSince + STABLE_AFTER) failures = 0;
    backOff();
  };

  const probe = (link: Socket) => {
    link.due = now + RESPONSE_TIMEOUT;
    link.final = true;
    host.probe();
  };

  /** Somebody looks at the page again, or the network is back. */
  const reconsider = () => {
    const socket = view?.socket;
    if (socket?.is === RETRYING && !socket.final) become(WAITING);
    if (socket?.is !== LINKED) return;
    if (socket.final) socket.due = Math.min(socket.due, now + RESPONSE_TIMEOUT);
    else if (now >= socket.lastFrame + FRESH) probe(socket);
  };

  const frame = (counts: Counts) => {
    const link = view!.socket;
    if (link.is !== LINKED) return;
    link.openSince = Math.min(link.openSince, now);
    link.lastFrame = now;
    link.due = now + IDLE_TIMEOUT;
    link.final = false;
    view!.connectedBefore ||= !watches;
    restartUntil = 0;
    owesNotice = false;
    host.show(true, counts);
  };

  const closed = (code: number) => {
    const link = view!.socket;
    if (link.is !== LINKED) return;
    if (code === REPLACED) {
      become(ENDED);
    } else if (link.openSince === NEVER && code === ABNORMAL && hiddenSince === NEVER) {
      become(PROBING, now + RESPONSE_TIMEOUT);
      host.probeRefusal(generation);
    } else if (code === RESTART) {
      restartUntil = now + MAX_RESTART;
      backOff();
    } else if (code === GOING_AWAY) {
      retryAfter(GOING_AWAY_DELAY + partOf(RETRY_BASE));
      noticeAt = Math.min(noticeAt, now + GOING_AWAY_GRACE);
    } else {
      lost(link);
    }
    oweNotice(link);
  };

  const refused = (refusal: Refusal) => {
    if (view!.socket.is !== PROBING) return;
    if (typeof refusal === 'object') {
      owesNotice = false;
      host.show(false, refusal);
    }
    if (refusal === 'unknown') {
      become(RETRYING, now + UNKNOWN_RETRY_DELAY + partOf(MAX_RETRY_DELAY));
    } else if (typeof refusal === 'number') {
      retryAfter(refusal + partOf(RESTART_SPREAD), true);
    } else if (failures + 1 >= PATIENT_AFTER) {
      retryAfter(PATIENT_RETRY_DELAY + partOf(MAX_RETRY_DELAY));
    } else backOff();
  };

  const woken = () => {
    if (now >= leavingUntil) leavingUntil = NEVER;
    // It stays closed until somebody reads again.
    if (now >= closesAt()) unlink();
    const socket = view?.socket;
    if (!(now >= socket?.due!)) return;
    if (socket!.is === RETRYING) become(WAITING);
    else if (socket!.is === PROBING) refused('other');
    else if (socket!.final) {
      unlink();
      lost(socket!);
    } else probe(socket!);
  };

  /** Says that the numbers are not live, once somebody has looked at them for a while. */
  const giveNotice = () => {
    if (!owesNotice || !isRead()) noticeAt = NEVER;
    else if (now >= noticeAt) {
      owesNotice = false;
      noticeAt = NEVER;
      host.show(false);
    } else if (noticeAt === NEVER) noticeAt = now + LOST_GRACE;
  };

  const openIfWanted = () => {
    if (!isRead() || view?.socket.is !== WAITING) return;
    become(LINKED, now + IDLE_TIMEOUT, true);
    host.open(++generation, watches ? undefined : view.ident, view.connectedBefore);
  };

  return (event, at) => {
    now = at;
    switch (event[0]) {
      case 'shown':
        absentSince = NEVER;
        if (!view && !isPutAway) beginView();
        break;
      case 'removed':
        absentSince = Math.min(absentSince, now);
        break;
      case 'leaving':
        leavingUntil = now + LEAVING_TIMEOUT;
        unlink();
        break;
      case 'arrived':
      case 'restored':
        isPutAway = false;
        endView();
        if (absentSince === NEVER) beginView();
        break;
      case 'visible':
        if (hiddenSince < NEVER) {
          hiddenSince = NEVER;
          reconsider();
        }
        break;
      case 'hidden':
        hiddenSince = Math.min(hiddenSince, now);
        break;
      case 'online':
        reconsider();
        break;
      case 'pagehide':
        isPutAway = true;
        endView();
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
        if (event[0] === 'frame') frame(event[2]);
        else if (event[0] === 'closed') closed(event[2]);
        else refused(event[2]);
    }
    giveNotice();
    openIfWanted();
    const socket = view?.socket;
    return Math.min(
      socket?.due ?? NEVER,
      socket?.is === LINKED ? closesAt() : NEVER,
      leavingUntil,
      noticeAt,
    );
  };
}
