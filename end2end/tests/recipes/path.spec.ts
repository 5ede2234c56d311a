// The counting server on the host of the site, under a path, as the proxies of a site do it.

import { execFileSync } from 'node:child_process';
import { Front, type Kind, replaced } from '../../support/front';
import type { Recipe } from '../../support/recipe';
import { embed, expectTwoReaders, test } from './fixtures';

const path_ = embed('On the same host, under a path');
const SERVE = embed('The server').command('serve');

// A proxy of these tests vouches for itself.
test.use({ ignoreHTTPSErrors: true });

const PROGRAMS: Record<Kind, string> = { nginx: 'nginx', caddy: 'caddy', apache: 'apache2' };

/** What the file of each has in the place of its own lines, and that the rest is the site's. */
const EDITS: Record<Kind, (text: string, site: string) => string> = {
  nginx: (text, site) =>
    replaced(text, [
      [/  location \/ \{[^}]*\}\n/, ''],
      [/  location \/api[^}]*\}/, `${path_.block('nginx')} location / { proxy_pass ${site}; }`],
    ]),
  caddy: (text, site) =>
    replaced(text, [
      [
        /\treverse_proxy [^]*\t\}\n\}/,
        `${path_.block('caddy').replace('127.0.0.1:3000', '{$UPSTREAM}')} handle {\nreverse_proxy ${site}\n}\n}`,
      ],
    ]),
  apache: (text, site) =>
    replaced(text, [[/  ProxyPass .*\n/, `${path_.block('apache')}\nProxyPass "/" "${site}/"\n`]]),
};

function isInstalled(program: string): boolean {
  try {
    const env = { PATH: `${process.env['PATH']}:/usr/sbin` };
    execFileSync('sh', ['-c', `command -v ${program}`], { env, stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** The command of a site that is at an address of its own, without what is not needed here. */
function serve(recipe: Recipe) {
  const words = SERVE.words.filter(
    (word, at, all) => word !== '--origin' && all[at - 1] !== '--origin',
  );
  return recipe.count(
    { settings: {}, words: [...words, '--trusted-proxies', '127.0.0.1'] },
    { 'https://blog.example/sitemap.xml': 'slugs.txt' },
  );
}

for (const kind of Object.keys(PROGRAMS) as Kind[]) {
  test(`${kind}: the site has the counter under a path`, async ({ recipe, page, context }) => {
    test.skip(!isInstalled(PROGRAMS[kind]), `${PROGRAMS[kind]} is not installed`);
    const script = path_.code(/embed\.js$/);
    await recipe.write({
      'slugs.txt': 'posts/noon\n',
      'posts/noon/index.html': `<!doctype html><html lang="en"><head><title>Noon</title>
        <script src="${script}" async></script></head><body><view-counter></view-counter></body></html>`,
    });
    const site = await recipe.serveFiles();
    const server = await serve(recipe);
    const port = Number(new URL(server.direct).port);
    const front = await Front.before(kind, port, recipe.folder, (text) =>
      EDITS[kind](text, site.url),
    );
    try {
      await expectTwoReaders(page, context, `${front.url}/posts/noon/`);
    } finally {
      await page.goto('about:blank');
      await front.close();
    }
  });
}
