import { expect, test } from 'vitest';
import { announce } from '../../../../../helpers/cli/overlay-e2e/check/announce.ts';
import type { EngineEndpoint } from '../../../../../helpers/docker/endpoints/endpoint.ts';

const files = { caFile: 'ca.pem', certFile: 'cert.pem', keyFile: 'key.pem' };

function warningsOf(endpoint: EngineEndpoint): string[] {
  const machine = { name: 'web', url: 'tcp://web', endpoint };
  const lines = announce({ hosts: [{ engine: { machine } }] } as unknown as Parameters<
    typeof announce
  >[0]);
  return lines.filter((line) => line.startsWith('warning'));
}

test('a connection without authentication is announced with a warning', () => {
  const whom = { host: 'web', port: 2376 };
  expect(warningsOf({ kind: 'tls', ...whom, ...files })).toEqual([]);
  expect(warningsOf({ kind: 'ssh', host: 'web' })).toEqual([]);
  expect(warningsOf({ kind: 'plain', ...whom })).toEqual([
    'warning: web is reached without TLS: anyone on the network path can become root on web',
  ]);
  expect(warningsOf({ kind: 'tls', ...whom, ...files, anyCertificate: true })).toEqual([
    'warning: the context of web sets SkipTLSVerify: its certificate is not checked, and anyone on the network path can become root on web',
  ]);
});
