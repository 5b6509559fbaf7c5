import { expect, test } from 'vitest';
import { parseMetricsAddress, urlOf } from '../../../../helpers/report/metrics/metrics-address.ts';

test.for([
  ['9469', 'http://127.0.0.1:9469/metrics'],
  [':9469', 'http://127.0.0.1:9469/metrics'],
  ['localhost:9469', 'http://127.0.0.1:9469/metrics'],
  ['0.0.0.0:9469', 'http://0.0.0.0:9469/metrics'],
  ['10.0.0.1:65535', 'http://10.0.0.1:65535/metrics'],
  ['[::]:9469', 'http://[::]:9469/metrics'],
] as const)('%s is %s', ([text, url]) => {
  const address = parseMetricsAddress(text);
  expect(address && urlOf(address)).toBe(url);
});

test.for([
  '',
  '0',
  '65536',
  '10.0.0.1',
  '10.0.0.256:9469',
  'host:9469',
  '::1:9469',
  '[::g]:9469',
  '[]:9469',
  '9469 ',
  '94x69',
  'http://10.0.0.1:9469',
])('"%s" is no address', (text) => {
  expect(parseMetricsAddress(text)).toBeUndefined();
});
