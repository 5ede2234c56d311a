import { typed } from '../../support/printed';
import { embed, expect, expectTwoReaders, test } from './fixtures';

const astro = embed('Five minutes with Astro');

// `npm create astro` downloads its templates, so these are the files that Astro's own
// documentation has one begin with.
test('Astro: the posts of a build are counted', async ({ recipe, page, context }) => {
  await recipe.install('examples/astro');
  // The packages are those of the lock, the printed one among them.
  for (const name of astro.command('npm install').words.slice(2)) {
    await recipe.run(typed(`npm ls ${name}`));
  }
  await recipe.write({
    [astro.code(/^astro\.config\.\w+$/)]: astro.block('js'),
    'src/layouts/Post.astro': recipe.here(
      `<html lang="en"><head><title>Noon</title></head><body><slot />${astro.block('astro')}</body></html>`,
    ),
    'src/pages/index.md': '---\nlayout: ../layouts/Post.astro\n---\n[Noon](/posts/noon)\n',
    'src/pages/posts/noon.md': '---\nlayout: ../../layouts/Post.astro\n---\nHigh water.\n',
  });
  const [build, preview] = astro.commands('npm run');
  await recipe.run(build!);
  preview!.words.push('--', '--port', String(recipe.port));
  await recipe.serve(preview!);
  await recipe.count(astro.command('view-counter'), { 'http://localhost:4321': recipe.site });
  await expectTwoReaders(page, context, '/posts/noon/');
  await page.goto('/posts/noon');
  await expect(page.locator('view-counter'), 'without a slash').toHaveText(
    '1 reading now · 3 views',
  );
});
