import { expect, expectShown, test } from './fixtures';

// Every test here fails on what a page complains of. This one shows that it is heard. What
// Firefox and WebKit say themselves of a socket that failed is not: their drivers keep it,
// and no page is told why.
test.use({ expectedComplaints: /by.this.test/ });

test('what goes wrong on a page is heard', async ({ open, profile }) => {
  const window = await open('/posts/noon');
  await expectShown(window, { counter: '1 reading now · 1 view' });
  expect(await profile.complaints()).toEqual([]);
  await window.evaluate(() => {
    console.error('an error by this test');
    console.warn('a warning by this test');
    setTimeout(() => {
      throw new Error('thrown by this test');
    });
    setTimeout(() => void Promise.reject(new Error('rejected by this test')));
    for (const source of ['/missed-by-this-test', 'https://blocked-by-this-test.example/']) {
      document.body.appendChild(document.createElement('img')).src = source;
    }
  });
  const complaints = async () => (await profile.complaints()).join('\n');
  for (const what of ['an error', 'a warning', 'thrown', 'rejected', 'missed', 'blocked']) {
    await expect.poll(complaints).toMatch(new RegExp(`${what}.by.this.test`));
  }
});
