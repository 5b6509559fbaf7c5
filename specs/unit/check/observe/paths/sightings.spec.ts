import { describe, expect, test } from 'vitest';
import { sightingsOf } from '../../../../../helpers/check/observe/paths/trials/sightings.ts';
import type { ProbeHost } from '../../../../../helpers/check/observe/paths/plan/probe-host.ts';
import type { TrialPlan } from '../../../../../helpers/check/observe/paths/plan/trial-plan.ts';
import type { Capture } from '../../../../../helpers/check/probe/packets.ts';

const outer = { source: '192.168.99.101', destination: '192.168.99.102', vni: 256 };

const plan: TrialPlan = {
  question: {
    id: 'a',
    protocol: 'udp',
    namespace: { pid: 11 },
    source: '10.0.9.2',
    destination: '10.0.9.3',
    port: 4000,
    size: 0,
  },
  sender: { host: 'left' } as ProbeHost,
  receiver: { host: 'right' } as ProbeHost,
  network: { name: 'net', id: 'abc' },
  from: { host: 'left', container: 'web', address: '10.0.9.2' },
  to: { host: 'right', container: 'db', address: '10.0.9.3' },
  place: { pid: 22 },
  protocol: 'udp',
};

function caught(words: string, outside?: typeof outer): Capture {
  const [namespace = '', device = '', direction, what] = words.split(' ');
  return { namespace, device, direction, what, outer: outside, count: 1 } as Capture;
}

function see(seen: Readonly<Record<string, readonly Capture[]>>, of: Partial<TrialPlan> = {}) {
  const all = Object.entries(seen).map(([host, one]) => ({ host, seen: one }));
  return sightingsOf({ ...plan, ...of }, ['a'], new Map([['a', all]])).map(
    ({ hop, host }) => `${hop} of ${host}`,
  );
}

describe('The captures of a packet', () => {
  test('are in the order of its path, regardless of the order of capture', () => {
    const seen = {
      right: [
        caught('pid:22 eth0 in request'),
        caught('overlay:abc vxlan0 in request'),
        caught('host input in request', outer),
        caught('host eth1 in request', outer),
      ],
      left: [
        caught('host eth1 out request', outer),
        caught('overlay:abc vxlan0 out request'),
        caught('pid:11 eth0 out request'),
        // The bridge's port is not a separate hop.
        caught('overlay:abc veth0 in request'),
      ],
    };
    expect(see(seen)).toEqual([
      'sender of left',
      'sender-vxlan of left',
      'sender-nic of left',
      'receiver-nic of right',
      'receiver-input of right',
      'receiver-vxlan of right',
      'receiver of right',
    ]);
  });

  test('include a wrong host that received it', () => {
    expect(see({ other: [caught('host eth1 in request', outer)] })).toEqual([
      'receiver-nic of other',
    ]);
  });

  test('include only requests, without replies and packets on other paths', () => {
    const seen = {
      left: [caught('host eth1 in reply', outer), caught('host docker_gwbridge in request')],
      right: [caught('pid:22 eth0 out reply')],
    };
    expect(see(seen)).toEqual([]);
  });

  test('include only data if there is a connection', () => {
    const seen = {
      left: [caught('host eth1 out syn', outer), caught('host eth1 out data', outer)],
      right: [caught('host eth1 in syn', outer)],
    };
    expect(see(seen, { protocol: 'tcp-large' })).toEqual(['sender-nic of left']);
  });
});
