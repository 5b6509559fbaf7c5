import { describe, expect, test } from 'vitest';
import { findOptionDefect } from '../../../../helpers/cluster/key-value/explain-engines.ts';
import { openKeyValueStore } from '../../../../helpers/cluster/key-value/stores/open-store.ts';
import { keyValueStoreKinds } from '../../../../helpers/cluster/key-value/stores/key-value-store.ts';
import type { EngineInfo } from '../../../../helpers/docker/info.ts';
import type { Machine } from '../../../../helpers/machine/machine.ts';

const machine = {
  name: 'worker-host',
  address: '192.168.99.102',
  endpoint: { kind: 'tls', port: 2376 },
} as Machine;

function explainEngine(url: string, clusterStore?: string, clusterAdvertise?: string) {
  const info = { clusterStore, clusterAdvertise } as EngineInfo;
  return findOptionDefect(url, { machine, info })?.line;
}

describe('the options of an engine in a cluster', () => {
  test.for(keyValueStoreKinds)('are checked in the same way on %s', (kind) => {
    const { url } = openKeyValueStore(kind, '192.168.99.100');
    const advertised = '192.168.99.102:2376';
    expect(explainEngine(url, url, advertised)).toBeUndefined();
    const asked = `. Set the engine option cluster-store=${url}`;
    expect(explainEngine(url)).toContain(`without cluster-store and cluster-advertise${asked}`);
    const other = url.replace('.100', '.200');
    expect(explainEngine(url, other, advertised)).toContain(
      `uses the key-value store ${other}${asked}`,
    );
    expect(explainEngine(url, url)).toMatch(
      /without cluster-advertise: .*\. .*cluster-advertise=INTERFACE/,
    );
    expect(explainEngine(url, url, '10.0.2.15:2376')).toContain(
      `advertises 10.0.2.15:2376, but its address is ${advertised}. `,
    );
  });
});
