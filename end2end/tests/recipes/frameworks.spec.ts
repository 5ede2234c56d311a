// Sites whose pages React draws.

import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from '@playwright/test';
import { countLoads } from '../../support/page';
import { typed } from '../../support/printed';
import type { Recipe } from '../../support/recipe';
import { embed, expect, expectTwoReaders, test } from './fixtures';

const react = embed('React, Next, Docusaurus, Gatsby');
const SERVE = embed('The server').command('serve');
const ELEMENT = react.block('jsx');
const BLOG = 'https://blog.example';

/** Follows a link from a document that two read, of which one is left; and goes back. */
async function expectNextIsRead(
  recipe: Recipe,
  page: Page,
  slug: string,
  link: string,
): Promise<void> {
  const first = page.url();
  // Next keeps pages that were left, hidden.
  const counter = page.locator('view-counter:visible');
  const views = () => recipe.server.views(encodeURIComponent(slug));
  const loads = countLoads(page);
  await page.getByRole('link', { name: link }).click();
  await expect(page).not.toHaveURL(first);
  await expect(counter).toHaveText('1 reading now · 1 view');
  await expect.poll(views).toEqual({ live: 0, total: 2 });
  await page.goBack();
  await expect(counter).toHaveText('1 reading now · 3 views');
  await expect.poll(views).toEqual({ live: 1, total: 3 });
  expect(loads(), 'no document was loaded').toBe(0);
}

test('Next: a page is counted, and the next one after a link', async ({
  recipe,
  page,
  context,
}) => {
  await recipe.install('end2end/recipes/next');
  await recipe.run(
    typed(
      `npx create-next-app site --yes --empty --app --js --no-src-dir --no-tailwind --no-linter
      --no-react-compiler --import-alias @/* --skip-install --disable-git --use-npm`,
    ),
  );
  const layout = await readFile(path.join(recipe.folder, 'site/app/layout.js'), 'utf8');
  const post = (other: string) =>
    `import Link from 'next/link';
    export default function Post() {
      return <main>${ELEMENT}<Link href="/${other}">The other</Link></main>;
    }`;
  await recipe.write({
    'site/app/layout.js': `import Script from 'next/script';\n${layout.replace(
      '{children}',
      `{children}${recipe.here(react.code(/^<Script /))}`,
    )}`,
    'site/app/posts/noon/page.js': post('posts/dusk'),
    'site/app/posts/dusk/page.js': post('posts/noon'),
    'site/app/sitemap.js': `export default () =>
      ['noon', 'dusk'].map((name) => ({ url: '${recipe.site}/posts/' + name }));`,
  });
  await recipe.run(typed('npm run build --prefix site'));
  await recipe.serve(typed(`npm run start --prefix site -- -p ${recipe.port}`));
  await recipe.count(SERVE, { [BLOG]: recipe.site });
  await expectTwoReaders(page, context, '/posts/noon');
  await expectNextIsRead(recipe, page, 'posts/noon', 'The other');
});

test('Docusaurus: a document is counted, and the next one after a link', async ({
  recipe,
  page,
  context,
}) => {
  await recipe.install('end2end/recipes/docusaurus');
  await recipe.run(typed('npx create-docusaurus site classic --skip-install --javascript'));
  const file = react.code(/^docusaurus\.config/);
  const configuration = await readFile(path.join(recipe.folder, 'site', file), 'utf8');
  const scripts = recipe.here(react.code(/^scripts: /));
  await recipe.write({
    [`site/${file}`]: configuration
      .replace('const config = {', `const config = {\n  ${scripts},`)
      // Its faster bundler is hundreds of megabytes more to install.
      .replace('v4: true', 'v4: true, faster: false'),
  });
  const component = react.code(/^DocItem/);
  await recipe.run(
    typed(
      `npm run swizzle --prefix site -- @docusaurus/theme-classic ${component} --wrap --danger
      --javascript`,
    ),
  );
  const swizzled = `site/src/theme/${component}/index.js`;
  const footer = await readFile(path.join(recipe.folder, swizzled), 'utf8');
  await recipe.write({ [swizzled]: footer.replace('<>', `<>${ELEMENT}`) });
  await recipe.run(typed('npm run build --prefix site'));
  await recipe.serve(typed(`npm run serve --prefix site -- --port ${recipe.port} --no-open`));
  await recipe.count(SERVE, { [BLOG]: recipe.site });
  await expectTwoReaders(page, context, '/docs/tutorial-basics/create-a-page');
  await expectNextIsRead(recipe, page, 'docs/tutorial-basics/create-a-page', 'Next');
});
