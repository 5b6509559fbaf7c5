import { describe, expect, test } from 'vitest';
import { gossipSelf } from '../../../../helpers/check/compare/members/gossip-self.ts';
import { endpointStale } from '../../../../helpers/check/diagnose/engines/containers.ts';
import { diagnoseDifferences } from '../../../../helpers/check/diagnose/diagnose.ts';
import { forwardingMissing } from '../../../../helpers/check/diagnose/kernel/kernel-entries.ts';
import { endpointUnannounced } from '../../../../helpers/check/diagnose/members/endpoint-unannounced.ts';
import { gossipSelfMissing } from '../../../../helpers/check/diagnose/members/gossip-self-missing.ts';
import type { Difference, Place } from '../../../../helpers/check/model/difference.ts';
import type { Observation } from '../../../../helpers/check/model/observation.ts';
import { withValue } from '../../../../helpers/check/model/observed.ts';
import type { EngineView } from '../../../../helpers/check/model/views/engine-view.ts';
import { engineOf, hostOf, localMember, observationOf, overlayOf } from '../observation.ts';

const addresses = { one: '10.1.0.1', two: '10.1.0.2' };
const others = [addresses.one, '10.1.0.3'];
const network = overlayOf('net', 'id-of-net', '10.0.9.0/24', {
  scope: 'swarm',
  containers: [localMember],
  peers: others,
});

/** Returns a swarm of two hosts, with this report of engine two. The gossip of host one knows these addresses. */
function swarmOf(
  two: Partial<Omit<EngineView, 'info'>>,
  known: readonly string[] = Object.values(addresses),
): Observation {
  const members = known.map((address) => ({ name: undefined, address, state: 'alive' as const }));
  return observationOf({
    kind: 'swarm-mode',
    hosts: [
      hostOf('one', {
        address: addresses.one,
        gossip: withValue({ isThere: true, members }),
      }),
      hostOf('two', { address: addresses.two, engine: engineOf({ networks: [network], ...two }) }),
    ],
  });
}

describe('An engine that is missing among its own peers', () => {
  test('is a difference of each of these networks', () => {
    const ingress = { ...network, id: 'id-of-ingress', name: 'ingress' };
    const both = {
      networks: [network, ingress, { ...network, id: 'other', peers: [addresses.two] }],
      overlaysWithoutSelf: [network.id, ingress.id],
    };
    expect(gossipSelf.compare(swarmOf(both))).toMatchObject({
      state: 'failed',
      differences: ['net', 'ingress'].map((name) => ({
        kind: 'gossip-self-missing',
        where: { host: 'two', network: name },
        expected: addresses.two,
        observed: others,
      })),
    });
  });

  test('is not missing if the second read listed it', () => {
    const outcome = gossipSelf.compare(swarmOf({ overlaysWithoutSelf: [] }));
    expect(outcome).toEqual({ state: 'passed', evidence: ['two: net'] });
  });

  test('is not missing before the second read', () => {
    expect(gossipSelf.compare(swarmOf({})).state).toBe('passed');
  });

  test('is not missing if no other engine knows it by this address', () => {
    const missing = { overlaysWithoutSelf: [network.id] };
    expect(gossipSelf.compare(swarmOf(missing, others)).state).toBe('skipped');
  });

  test('is not expected in a key-value cluster', () => {
    const missing = swarmOf({ overlaysWithoutSelf: [network.id] });
    expect(gossipSelf.compare({ ...missing, kind: 'key-value' }).state).toBe('skipped');
  });
});

function missingOn(name: string): Difference {
  return {
    kind: 'gossip-self-missing',
    where: { host: 'two', network: name },
    expected: addresses.two,
    observed: others,
    text: 'two lacks itself',
  };
}

/** The differences of a host that has no record of a container on another one. */
function unknown(place: Place): Difference[] {
  return [
    {
      kind: 'forwarding-missing',
      where: place,
      expected: { mac: '02:42:0a:00:09:03', dst: '10.1.0.2', state: 'permanent' },
      observed: null,
      text: 'no forwarding entry',
    },
    {
      kind: 'neighbour-missing',
      where: place,
      expected: { address: '10.0.9.3', mac: '02:42:0a:00:09:03' },
      observed: null,
      text: 'no neighbor entry',
    },
    {
      kind: 'name-unanswered',
      where: { ...place, container: 'client', towards: place.container },
      expected: { name: place.container ?? '', addresses: ['10.0.9.3'] },
      observed: { answers: null, error: 'ETIMEDOUT' },
      text: 'no answer',
    },
  ];
}

const rules = [gossipSelfMissing, endpointStale, endpointUnannounced, forwardingMissing];
const swarm = swarmOf({});

describe('The finding of such an engine', () => {
  test('is one for all networks, with a restart of this engine as fix', () => {
    const evidence = [missingOn('net'), missingOn('ingress')];
    expect(diagnoseDifferences(evidence, swarm, rules)).toMatchObject([
      {
        code: 'gossip-self-missing',
        where: { host: 'two' },
        evidence,
        action: { kind: 'fix', host: 'two', commands: [['systemctl', 'restart', 'docker']] },
      },
    ]);
  });

  test('has the network as its place if there is only one', () => {
    const [found] = diagnoseDifferences([missingOn('net')], swarm, rules);
    expect(found?.where).toEqual({ host: 'two', network: 'net' });
  });

  test('explains missing records on this host, and of its containers', () => {
    const here = unknown({ host: 'two', peer: 'one', network: 'net', container: 'stock' });
    const there = unknown({ host: 'one', peer: 'two', network: 'net', container: 'shop' });
    const found = diagnoseDifferences([missingOn('net'), ...here, ...there], swarm, rules);
    expect(found).toMatchObject([
      { code: 'gossip-self-missing', consequences: [...here, ...there] },
    ]);
  });

  test.for([
    ['of another network', { host: 'two', peer: 'one', network: 'back' }],
    ['between other hosts', { host: 'one', peer: 'three', network: 'net' }],
  ] as const)('does not explain missing records %s', ([, place]) => {
    const differences = [missingOn('net'), ...unknown({ ...place, container: 'stock' })];
    expect(diagnoseDifferences(differences, swarm, rules)).toMatchObject([
      { code: 'gossip-self-missing', consequences: [] },
      { code: 'endpoint-unannounced', where: { container: 'stock' } },
    ]);
  });

  test.for([
    ['this engine alone', ['two'], ['gossip-self-missing']],
    ['another one as well', ['two', 'one'], ['gossip-self-missing', 'endpoint-stale']],
  ] as const)('explains a stale endpoint that is listed by %s', ([, keepers, codes]) => {
    const end = {
      networkId: network.id,
      name: 'gone',
      endpointId: 'end-of-gone',
      address: '10.0.9.9',
      hostAddress: addresses.one,
    };
    const stale: Difference = {
      kind: 'endpoint-without-container',
      where: { host: 'one', network: 'net', container: 'gone' },
      expected: null,
      observed: { endpointId: end.endpointId, address: end.address, hostAddress: end.hostAddress },
      text: 'a stale endpoint',
    };
    const observation = {
      ...swarm,
      swarm: withValue({
        manager: 'one',
        nodes: [],
        networks: [],
        endpoints: keepers.map((askedHost) => ({ ...end, askedHost })),
        services: [],
        tasks: [],
      }),
    };
    const found = diagnoseDifferences([missingOn('net'), stale], observation, rules);
    expect(found.map(({ code }) => code)).toEqual(codes);
  });
});
