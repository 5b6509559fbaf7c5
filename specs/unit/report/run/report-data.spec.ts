import { expect, test } from 'vitest';
import { putData, readData, takeData } from '../../../../helpers/report/run/report-data.ts';
import { sizeWarning } from '../../../../helpers/report/run/report-size.ts';

/** A page in the format of Allure's template. */
const page = (entries: Record<string, Buffer>) => {
  const declared = Object.entries(entries).map(
    ([name, value]) => `d(${JSON.stringify(name)},"${value.toString('base64')}")`,
  );
  return `<body><div id="app"></div>
    <script defer>
      Promise.allSettled([${declared.join(',')}])
        .then(function(){
          window.allureReportDataReady = true;
        })
    </script>
  </body>`;
};

test('the report’s data is compressed to a tenth, without loss', () => {
  const entries = {
    'widgets/tree.json': Buffer.from(JSON.stringify(Array(2000).fill('a spec ✔ $& passes'))),
    'data/attachments/a.bin': Buffer.from([0, 10, 255, 128, 10]),
    'data/attachments/nothing.txt': Buffer.alloc(0),
  };
  const whole = page(entries);
  const taken = takeData(whole);
  const packed = putData(taken.page, taken.data);
  expect(packed.length).toBeLessThan(whole.length / 10);
  expect(Object.fromEntries(readData(packed))).toEqual(entries);
  expect(packed).not.toContain('Promise.allSettled');
  expect(packed).toContain('<div id="app">');
});

test('a page of Allure in another format is reported, and its data is kept', () => {
  expect(() => takeData('<body><script src="data.js"></script></body>')).toThrow(
    'read the report page of Allure: its data is not in the format of Allure 3.18',
  );
});

test('a report that is too large to send is reported with its size', () => {
  expect(sizeWarning(10_000_000)).toBeUndefined();
  expect(sizeWarning(12_340_000)).toContain('the report has 12.3 MB, more than the limit of 10.0');
});
