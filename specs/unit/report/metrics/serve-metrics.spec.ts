import { expect, test } from 'vitest';
import { hasCode } from '../../../../helpers/process/errors/harness-error.ts';
import { serveMetrics } from '../../../../helpers/report/metrics/serve-metrics.ts';
import { urlOf } from '../../../../helpers/report/metrics/metrics-address.ts';
import { freePort } from './free-port.ts';

const source = {
  contentType: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
  metrics: async () => await Promise.resolve('# EOF\n'),
};

test('metrics are served at /metrics, and nothing else is', async () => {
  const address = { host: '127.0.0.1', port: await freePort() };
  const url = urlOf(address);
  {
    await using _server = await serveMetrics(source, address);
    const answer = await fetch(url);
    expect(answer.headers.get('content-type')).toBe(source.contentType);
    expect(await answer.text()).toBe('# EOF\n');
    expect((await fetch(`${url}?name=x`)).status).toBe(200);
    expect((await fetch(url.replace('/metrics', '/'))).status).toBe(404);
    expect((await fetch(`${url}.json`)).status).toBe(404);
    expect((await fetch(url, { method: 'POST', body: 'x' })).status).toBe(405);
    const head = await fetch(url, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
  }
  await expect(fetch(url)).rejects.toThrow('fetch failed');
});

test('a busy port and a foreign address are errors of one line', async () => {
  const address = { host: '127.0.0.1', port: await freePort() };
  await using _server = await serveMetrics(source, address);
  const busy = await serveMetrics(source, address).catch((error: unknown) => error);
  expect(hasCode(busy, 'port-busy')).toBe(true);
  expect(String(busy)).toMatch(
    /^InputError: --metrics 127\.0\.0\.1:\d+: another process uses the port\. [^\n]+$/,
  );
  // TEST-NET-1: no computer has this address.
  const foreign = await serveMetrics(source, { ...address, host: '192.0.2.1' }).catch(
    (error: unknown) => error,
  );
  expect(hasCode(foreign, 'address-invalid')).toBe(true);
});
