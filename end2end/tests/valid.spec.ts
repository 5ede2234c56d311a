import { HtmlValidate } from 'html-validate';
import { expect, test } from '../support/fixtures';
import { PAGES } from '../support/page';

const validator = new HtmlValidate({ extends: ['html-validate:standard'] });

for (const path of [...Object.values(PAGES), '/posts/dusk', '/api']) {
  test(`${path} is valid HTML`, async ({ request }) => {
    const html = await (await request.get(path)).text();
    const { results } = await validator.validateString(html, path);
    const mistakes = results.flatMap(({ messages }) =>
      messages.map(({ line, column, ruleId, message }) => `${line}:${column} ${ruleId}: ${message}`),
    );
    expect(mistakes).toEqual([]);
  });
}
