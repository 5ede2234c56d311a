import type { Page, WebSocket } from '@playwright/test';

/**
 * The sockets of a page, followed from before its first load. Playwright is not
 * told of a socket's end if the whole document ended with it; so what is open is
 * known only as long as the page goes from one place to another without a load. It is
 * told by another process of the browser than what is on the page, and may be later: so
 * what is to be is waited for.
 */
export class Sockets {
  /** All that it ever opened, oldest first. */
  readonly opened: WebSocket[] = [];

  constructor(page: Page) {
    page.on('websocket', (socket) => this.opened.push(socket));
  }

  /** The slugs of those that are open, and SITE for one of a page without a post. */
  get slugs(): (string | undefined)[] {
    return this.opened.filter((socket) => !socket.isClosed()).map(slugOf);
  }

  /** The same of all that it ever opened. */
  get everOpened(): (string | undefined)[] {
    return this.opened.map(slugOf);
  }

  /** The view ids under which they were opened, one for each. */
  get views(): (string | null)[] {
    return this.opened.map((socket) => new URL(socket.url()).searchParams.get('v'));
  }
}

/** What stands for a slug where a page has none. */
export const SITE = 'the site';

function slugOf(socket: WebSocket): string | undefined {
  const { pathname } = new URL(socket.url());
  const path = pathname.slice(pathname.indexOf('/api/v1/'));
  if (path === '/api/v1/visitors/connect') return SITE;
  return /^\/api\/v1\/connect\/(.+)$/.exec(path)?.[1];
}
