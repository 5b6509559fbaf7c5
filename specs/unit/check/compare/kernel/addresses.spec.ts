import { describe, expect, test } from 'vitest';
import { addressesUnique } from '../../../../../helpers/check/compare/kernel/addresses.ts';
import { diagnoseDifferences } from '../../../../../helpers/check/diagnose/diagnose.ts';
import type { ContainerNamespace } from '../../../../../helpers/check/model/views/kernel-view.ts';
import { withValue, valueOf } from '../../../../../helpers/check/model/observed.ts';
import { type Changes, container, link, MYSQL, twoHosts } from './two-hosts.ts';

const OTHER = { address: '10.0.9.7', mac: '02:42:0a:00:09:07' };
const SHOP = { address: '10.0.29.2', mac: '02:42:0a:00:1d:02' };

function namespaceOf(name: string, ...links: ContainerNamespace['links'][number][]) {
  const rest = { routes: [], nameServers: [], hostsFile: [] };
  return { containerId: `id of ${name}`, links, ...rest };
}

const tomcatWith = (...more: readonly ContainerNamespace['links'][number][]): Changes => ({
  kernel: {
    containers: [namespaceOf('tomcat-app', link('eth0', { addresses: ['10.0.9.2/24'] }), ...more)],
  },
});

function diagnose(changes: Changes) {
  const observation = twoHosts(changes);
  const outcome = addressesUnique.compare(observation);
  return diagnoseDifferences(outcome.state === 'failed' ? outcome.differences : [], observation);
}

describe('Addresses of containers', () => {
  test('are correct if they are unique, a virtual IP address, or from another network', () => {
    expect(addressesUnique.compare(twoHosts()).state).toBe('passed');
    // A virtual IP address of a service of a swarm, which every task has.
    expect(diagnose(tomcatWith(link('lo', { addresses: ['10.0.9.99/32'] })))).toEqual([]);
    const end = { networkId: 'other', endpointId: 'e', ...SHOP, prefixLength: 24, gateway: '' };
    const shop = container('shop', OTHER, { networks: { other: { ...end, aliases: [] } } });
    const apart = tomcatWith(link('eth2', { addresses: [`${SHOP.address}/24`] }));
    expect(diagnose({ ...apart, engine: { containers: [shop] } })).toEqual([]);
  });

  test('of another container are found on any interface, with the command that removes them', () => {
    const [found, ...others] = diagnose(tomcatWith(link('lo', { addresses: ['10.0.9.3/32'] })));
    expect(others).toEqual([]);
    expect(found).toMatchObject({
      code: 'duplicate-address',
      where: {
        host: 'master-host',
        peer: 'worker-host',
        network: 'my-net',
        container: 'tomcat-app',
        towards: 'mysqlserver',
      },
      action: {
        kind: 'fix',
        host: 'master-host',
        commands: [
          ['nsenter', '--target=4711', '--net', 'ip', 'addr', 'del', '10.0.9.3/32', 'dev', 'lo'],
        ],
      },
    });
  });

  test('of a container on the same host are found without another host', () => {
    const other = container('other', OTHER);
    const set = tomcatWith(link('eth0', { addresses: [`${OTHER.address}/24`] }));
    const [found] = diagnose({ ...set, engine: { containers: [other] } });
    expect(found?.where).toEqual({
      host: 'master-host',
      peer: undefined,
      network: 'my-net',
      container: 'tomcat-app',
      towards: 'other',
    });
  });

  test('that an engine has reassigned to another container in between are not reported', () => {
    const set = tomcatWith(link('eth0', { addresses: ['10.0.9.3/24'] }));
    const observation = twoHosts(set);
    const [master, ...hosts] = observation.hosts;
    const engine = valueOf(master?.engine);
    if (master === undefined || engine === undefined) throw new Error('master-host is missing');
    const later = [container('tomcat-app', MYSQL)];
    const changed = { ...master, engine: withValue({ ...engine, later }) };
    const outcome = addressesUnique.compare({ ...observation, hosts: [changed, ...hosts] });
    expect(outcome.state).toBe('passed');
  });

  test('that engines have assigned twice are reported with a next step only', () => {
    const twin = container('twin', MYSQL);
    const [found, ...others] = diagnose({ engine: { containers: [twin] } });
    expect(others).toEqual([]);
    expect(found).toMatchObject({
      code: 'duplicate-address',
      where: { network: 'my-net' },
      action: { kind: 'next-step', commands: [['docker', 'network', 'inspect', 'my-net']] },
    });
    expect(found?.summary).toContain('to twin (master-host) and to mysqlserver (worker-host)');
  });
});
