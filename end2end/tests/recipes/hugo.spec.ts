import { copyFile, readFile } from 'node:fs/promises';
import path from 'node:path';
import { typed } from '../../support/printed';
import type { Recipe } from '../../support/recipe';
import { embed, expect, expectTwoReaders, test } from './fixtures';

const hugo = embed('Five minutes with Hugo');
const LINE = hugo.code(/^\{\{ partial/);
const ORIGIN = 'http://localhost:1313';

const post = (title: string, draft = false) =>
  `---\ntitle: ${title}\ndate: 2026-11-01\ndraft: ${draft}\n---\nHello.\n\n${embed('A badge').block('markdown')}`;

/** A new site with a post, the printed partial, and the printed lines in its configuration. */
async function begin(recipe: Recipe, more = ''): Promise<void> {
  await recipe.run(typed('hugo new site .'));
  const configuration = path.join(recipe.folder, 'config.toml');
  const lines = await readFile(configuration, 'utf8');
  await recipe.write({
    'config.toml': `${lines}${more}\n${hugo.block('toml')}`,
    'content/posts/hello.md': recipe.here(post('Hello')),
    [hugo.code(/^layouts\/partials\/.*\.html$/)]: hugo.block('html'),
  });
}

/** Both of the printed commands. */
async function serve(recipe: Recipe): Promise<void> {
  const { settings, words } = hugo.command('hugo server');
  const here = Object.entries(settings).map(([name, value]) => [name, recipe.here(value)]);
  await recipe.serve({
    settings: Object.fromEntries(here) as Record<string, string>,
    words: [...words, '--port', String(recipe.port)],
  });
  await recipe.count(hugo.command('view-counter'), { [ORIGIN]: recipe.site });
}

const html = (body: string) =>
  `<!doctype html><html lang="en"><title>{{ .Title }}</title><body>\n${body}\n{{ .Content }}</body>`;

test('Hugo: a post is counted, a new one after ten seconds, and a draft is not', async ({
  recipe,
  page,
  context,
}) => {
  await begin(recipe);
  await recipe.write({ [hugo.code(/single\.html$/)]: html(LINE) });
  await serve(recipe);
  await expectTwoReaders(page, context, '/posts/hello/');
  await expect(page.getByAltText('Views of Hello'), 'the badge').toHaveJSProperty('complete', true);
  expect(
    await page.getByAltText('Views of Hello').evaluate((img: HTMLImageElement) => img.naturalWidth),
  ).toBeGreaterThan(50);

  await page.goto('about:blank');
  await recipe.write({
    'content/posts/dusk.md': post('Dusk'),
    'content/posts/tide.md': post('Tide', true),
  });
  const status = async (slug: string) =>
    (await fetch(`${recipe.counts}/api/v1/views/${slug}`)).status;
  await expect.poll(() => status('posts/dusk'), { timeout: 15_000 }).toBe(200);
  expect(await status('posts/tide')).toBe(404);
});

const TEMPLATES = [hugo.code(/^layouts\/_default\/single/), hugo.code(/post_meta/)] as const;
for (const template of TEMPLATES) {
  test(`Hugo: a theme's ${template} is overridden by its copy`, async ({
    recipe,
    page,
    context,
  }) => {
    await begin(recipe, "theme = 'paper'");
    await recipe.run(typed('hugo new theme paper'));
    const theme = 'themes/paper';
    const [single, meta] = TEMPLATES;
    await recipe.write({
      [`${theme}/${single}`]: html('{{ partial "post_meta.html" . }}'),
      [`${theme}/${meta}`]: '<p>{{ .Date }}</p>',
    });
    await recipe.write({ [template]: '' });
    await copyFile(path.join(recipe.folder, theme, template), path.join(recipe.folder, template));
    const copied = await readFile(path.join(recipe.folder, template), 'utf8');
    await recipe.write({ [template]: `${copied}\n${LINE}` });
    await serve(recipe);
    await expectTwoReaders(page, context, '/posts/hello/');
  });
}
