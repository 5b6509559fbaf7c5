import { expect, test } from 'vitest';
import { diagnosisCodes, pageOf } from '../../../../helpers/check/model/codes.ts';
import { renderPage } from '../../../../helpers/report/overview/render-page.ts';

test.each(diagnosisCodes)('the page of %s is complete in a report and links no files', (code) => {
  const html = renderPage(pageOf(code));
  expect(html).toContain(`<h4><code>${code}</code>`);
  const links = [...html.matchAll(/href="([^"]*)"/g)].map(([, href]) => href);
  expect(links.filter((href) => !/^https?:/.test(href ?? ''))).toEqual([]);
  expect(html.match(/<a /g)?.length).toBe(html.match(/<\/a>/g)?.length);
  expect(html).not.toMatch(/<img|<h[1-3]/);
});
