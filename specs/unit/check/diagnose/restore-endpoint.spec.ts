import { expect, test } from 'vitest';
import { restoreEndpoint } from '../../../../helpers/check/diagnose/members/restore-endpoint.ts';
import type { Difference } from '../../../../helpers/check/model/difference.ts';
import { withValue } from '../../../../helpers/check/model/observed.ts';
import type { StoreView } from '../../../../helpers/check/model/views/store-view.ts';
import { container } from '../compare/kernel/two-hosts.ts';
import { engineOf, hostOf, observationOf, overlayOf } from '../observation.ts';

const lost: Difference = {
  kind: 'keystore-endpoint-missing',
  where: { host: 'worker-host', network: 'my-net', container: 'mysqlserver' },
  expected: { endpointId: 'end of mysqlserver', address: '10.0.9.3' },
  observed: null,
  text: 'Consul has no endpoint for mysqlserver',
};

function observed(serverVersion: string, kind: 'consul' | 'etcd', raw: unknown) {
  const facts = container(
    'mysqlserver',
    { address: '10.0.9.3', mac: '02:42:0a:00:09:03' },
    { raw, id: 'd61bc409c1bc0000' },
  );
  const { networkId = '' } = facts.networks['my-net'] ?? {};
  const engine = engineOf({
    info: { serverVersion },
    networks: [overlayOf('my-net', networkId, '10.0.9.0/24')],
    containers: [facts],
  });
  const host = hostOf('worker-host', { address: '192.168.99.102', engine });
  const store = { kind, address: '192.168.99.100', port: 8500 };
  return observationOf({ hosts: [host], store: withValue({ store } as StoreView) });
}

const raw = { NetworkSettings: { SandboxID: 'ab12' } };

test('A lost endpoint is written to Consul again, in the format and with the data of its engine', () => {
  const command = restoreEndpoint(lost, observed('20.10.5+dfsg1', 'consul', raw)) ?? [];
  expect(command[0]).toBe('curl');
  expect(command.at(-1)).toMatch(
    /^http:\/\/192\.168\.99\.100:8500\/v1\/kv\/docker\/network\/v1\.0\/endpoint\/f65940[\da-f]+\/end of mysqlserver\/$/,
  );
  expect(JSON.parse(command.at(-2) ?? '')).toMatchObject({
    ep_iface: {
      addr: '10.0.9.3/24',
      mac: '02:42:0a:00:09:03',
      v4PoolID: 'GlobalDefault/10.0.9.0/24',
    },
    id: 'end of mysqlserver',
    locator: '192.168.99.102',
    myAliases: ['d61bc409c1bc'],
    name: 'mysqlserver',
    sandbox: 'ab12',
  });
});

test.for([
  ['etcd', '20.10.5', 'etcd', raw],
  ['another version of the engine', '19.03.15', 'consul', raw],
  ['an engine that does not name the sandbox', '20.10.5', 'consul', {}],
] as const)('With %s, no command can restore the endpoint', ([, version, kind, answer]) => {
  expect(restoreEndpoint(lost, observed(version, kind, answer))).toBeUndefined();
});
