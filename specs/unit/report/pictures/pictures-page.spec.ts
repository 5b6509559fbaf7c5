import { expect, test } from 'vitest';
import { drawPathMatrix } from '../../../../helpers/report/pictures/draw-path-matrix.ts';
import { writePicturesPage } from '../../../../helpers/report/pictures/pictures-page.ts';
import { brokenReport } from '../findings/reports.ts';

test('The page has all pictures, the reasons for missing ones, and loads nothing', async () => {
  const svg = await drawPathMatrix(brokenReport());
  const page = writePicturesPage('✖ topology <seed>', [
    { name: 'paths', svg },
    { name: 'set-up', missing: 'not recorded by <anybody>' },
  ]);
  expect(page).toContain(svg);
  expect(page).toContain('<p>✖ not drawn: not recorded by &lt;anybody&gt;</p>');
  expect(page).toContain('<title>✖ topology &lt;seed&gt;</title>');
  expect(page.replaceAll('xmlns="http://www.w3.org/2000/svg"', '')).not.toMatch(
    /https?:|href|src=|url\(|<script|@import/i,
  );
});
