import { expect, test } from 'vitest';
import { renderChart } from '../../../../helpers/report/pictures/render-chart.ts';
import { shapesOf, textsOf } from '../read-svg.ts';

const words = { title: 'a <chart>', description: 'of "one" & another' };
const odd = 'engine on 192.168.99.100:2376 at 0.12345 s role="x" <b> & "q"';

test('A chart shows its data exactly, in its texts and in its tooltips', async () => {
  const svg = await renderChart(
    {
      data: { values: [{ name: odd, length: 1 / 3 }] },
      layer: [
        {
          mark: 'bar',
          encoding: {
            x: { field: 'length', type: 'quantitative' },
            description: { field: 'name' },
          },
        },
        { mark: { type: 'text', aria: false }, encoding: { text: { field: 'name' } } },
      ],
    },
    words,
  );
  expect(shapesOf(svg).map(({ title }) => title)).toEqual([odd]);
  expect(textsOf(svg)).toContain(odd);
  expect(svg).toContain(
    '<title>a &lt;chart&gt;</title><desc>of &quot;one&quot; &amp; another</desc>',
  );
});

test('Data that the library would omit with a warning is an error', async () => {
  const dashed = {
    data: { values: [{ a: 1 }] },
    mark: 'rect',
    encoding: { strokeDash: { field: 'a', type: 'nominal' } },
  } as const;
  await expect(renderChart(dashed, words)).rejects.toThrow(
    /^chart "a <chart>": strokeDash dropped/,
  );
});
