// Uses each route of the API, and shows what it answers. Its paths are relative: a proxy may
// have the server under a path of another site.

const ASKED_EVERY = 5_000;
const DAYS = 14;
const FRAMES_SHOWN = 8;

const at = (id) => document.getElementById(id);
const number = new Intl.NumberFormat(document.documentElement.lang);
// As a part of a path.
const encoded = (slug) => slug.split('/').map(encodeURIComponent).join('/');

const cell = (kind, ...content) => {
  const cell = document.createElement(kind);
  if (kind === 'th') cell.scope = 'row';
  cell.append(...content);
  return cell;
};
const row = (...cells) => {
  const row = document.createElement('tr');
  row.append(...cells);
  return row;
};

/** What a route answers; an error has a sentence that says what to do. */
const ask = async (path) => {
  const answer = await fetch(path, { cache: 'no-cache' });
  const json = await answer.json();
  if (!answer.ok) throw new Error(json.error);
  return json;
};

/** Writes only what is new: a screen reader would say it again, a selection be lost. */
const write = (element, text) => {
  if (element.textContent !== text) element.textContent = text;
};

/** Says why there is nothing to show. */
const attempt = async (what) => {
  try {
    await what();
    at('problem').hidden = true;
  } catch (error) {
    // A proxy whose server is away answers with a page of its own, which is no JSON.
    const away = error instanceof TypeError || error instanceof SyntaxError;
    write(at('problem'), away ? 'The server does not answer.' : `The server says: ${error.message}`);
    at('problem').hidden = false;
  }
};

let listed;
const showAll = async () => {
  const { views } = await ask('api/v1/views');
  const list = JSON.stringify(views);
  if (list !== listed) {
    listed = list;
    at('posts').replaceChildren(
      ...views.map(({ slug, live, total }) =>
        row(cell('th', slug), cell('td', number.format(live)), cell('td', number.format(total))),
      ),
    );
    at('none').hidden = views.length > 0;
    offer(views.map(({ slug }) => slug));
  }
  write(at('visitors'), JSON.stringify(await ask('api/v1/visitors')));
  if (isClosed(at('visits'))) follow(at('visits'), 'api/v1/visitors/connect?watch=1');
  const chosen = at('slug').value;
  // Another was chosen while the server was away, or none could be shown yet.
  if (chosen && chosen !== shown) return showOne(chosen);
  if (chosen && isClosed(at('frames'))) watch(chosen);
};

/** Has one of these chosen: the one that is, if it is still there. */
const offer = (slugs) => {
  const known = [...at('slug').options].map((option) => option.value);
  if (slugs.join('\n') === known.join('\n')) return;
  const chosen = at('slug').value;
  at('slug').replaceChildren(...slugs.map((slug) => new Option(slug, slug)));
  at('slug').value = slugs.includes(chosen) ? chosen : (slugs[0] ?? '');
  at('chosen').hidden = slugs.length === 0;
};

/** The socket whose frames an element shows. */
const sockets = new Map();
const isClosed = (output) => (sockets.get(output)?.readyState ?? WebSocket.CLOSED) === WebSocket.CLOSED;

/** Shows what a WebSocket brings, in place of the one that was shown there. */
const follow = (output, path) => {
  sockets.get(output)?.close();
  output.textContent = '';
  const address = new URL(path, location.href);
  address.protocol = address.protocol.replace('http', 'ws');
  const opened = new WebSocket(address);
  sockets.set(output, opened);
  const say = (line) => {
    if (sockets.get(output) !== opened) return;
    const lines = output.textContent.split('\n').filter(Boolean);
    output.textContent = [...lines, line].slice(-FRAMES_SHOWN).join('\n');
  };
  let isOpen = false;
  opened.onmessage = ({ data }) => {
    isOpen = true;
    say(data);
  };
  opened.onclose = ({ code }) =>
    say(
      isOpen
        ? `closed (${code})`
        : `refused. A server that was started with --origin takes this page with --origin ${location.origin}, too.`,
    );
};
const watch = (slug) => follow(at('frames'), `api/v1/connect/${encoded(slug)}?watch=1`);

/** The post whose numbers are on the page. */
let shown;
const showOne = async (slug) => {
  shown = undefined;
  at('views').textContent = '';
  at('days').replaceChildren();
  const since = new Date(Date.now() - (DAYS - 1) * 86_400_000).toISOString().slice(0, 10);
  for (const path of document.querySelectorAll('[data-path]')) {
    path.textContent = path.dataset.path.replace('SLUG', encoded(slug)).replace('SINCE', since);
  }
  watch(slug);
  const badge = { src: `badge/${encoded(slug)}.svg`, alt: `Views of ${slug}` };
  at('badge').replaceChildren(Object.assign(new Image(), badge));
  const [views, { days }] = await Promise.all([
    ask(`api/v1/views/${encoded(slug)}`),
    ask(`api/v1/days/${encoded(slug)}?since=${since}`),
  ]);
  // Another may have been chosen meanwhile, and its answer be here already.
  if (at('slug').value !== slug) return;
  shown = slug;
  at('views').textContent = JSON.stringify(views);
  const most = Math.max(...days.map(({ views }) => views));
  at('days').replaceChildren(
    ...days.map(({ day, views }) => {
      const meter = document.createElement('meter');
      // The number stands beside it.
      meter.ariaHidden = 'true';
      Object.assign(meter, { max: most, value: views });
      return row(cell('th', day), cell('td', meter, number.format(views)));
    }),
  );
  at('no-days').hidden = days.length > 0;
};

at('slug').addEventListener('change', () => attempt(() => showOne(at('slug').value)));
attempt(showAll);
setInterval(() => document.visibilityState === 'visible' && attempt(showAll), ASKED_EVERY);
