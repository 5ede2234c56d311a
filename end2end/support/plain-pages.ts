/**
 * The site of the tests as somebody else would have made it: plain pages by hand, with the
 * element of `/embed.js` in place of the component. What is said of a counter's life holds
 * for both, so the same tests are run on these pages when VIEW_COUNTER_ELEMENT is set.
 */

/** Whether they are. */
export const PLAIN = Boolean(process.env['VIEW_COUNTER_ELEMENT']);

/** What a page is asked that has scripts of one kind or the other. */
export const IS_DEFINED = 'customElements.get("view-counter") !== undefined';

/** Title and, of a post, the one after it. */
const PAGES: Record<string, { title: string; next?: [string, string] }> = {
  '/': { title: 'Tide Log' },
  '/about': { title: 'About' },
  '/posts/dawn': { title: 'Dawn', next: ['Noon', '/posts/noon'] },
  '/posts/noon': { title: 'Noon', next: ['Dusk', '/posts/dusk'] },
  '/posts/dusk': { title: 'Dusk', next: ['Dawn', '/posts/dawn'] },
};

/** The page at this path; nothing, if it is none of them. */
export function plainPage(path: string) {
  const page = PAGES[path.split(/[?#]/)[0] ?? ''];
  if (!page) return undefined;
  const slug = path.startsWith('/posts/') ? path.slice('/posts/'.length).split(/[?#]/)[0] : '';
  const counter = slug ? `<p><view-counter class="view-counter" slug="${slug}"></view-counter></p>` : '';
  const next = page.next ? `<a href="${page.next[1]}">Next ${page.next[0]}</a>` : '';
  const body = `<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>${page.title}</title>
        <link rel="icon" href="data:,">
        <style>
          .view-counter::part(is-lost) { color: dimgray }
        </style>
        <script src="/embed.js" async></script>
      </head>
      <body>
        <nav aria-label="Site"><a href="/">Tide Log</a> <a href="/feed.xml">Feed</a></nav>
        <main><h1>${page.title}</h1>${counter}<p>The tide.</p>${counter}${next}</main>
      </body>
    </html>`;
  return { status: 200, headers: { 'content-type': 'text/html; charset=utf-8' }, body };
}
