import { expect, test } from 'vitest';
import { parseRange } from '../../../../helpers/process/address-range.ts';
import { requireSubnets } from '../../../../helpers/topology/describe/require-subnets.ts';
import { seed } from '../../../../helpers/topology/seed.ts';
import { findTopology } from '../../../../helpers/topology/topologies.ts';

test.for([
  ['10.0.9.0/24', '10.0.9.0/24', '10.0.9.0/24'],
  ['10.0.9.0/24', '10.0.0.0/16', '10.0.0.0/16'],
  ['10.8.0.0/13', '10.9.9.0/24', '10.9.9.0/24'],
] as const)('an overlay on %s and machines on %s overlap', ([subnet, range, shown]) => {
  const topology = { ...seed, networks: [{ ...seed.networks[0], subnet }] } as typeof seed;
  expect(() => requireSubnets(topology, parseRange(range))).toThrow(
    `topology seed: the subnet ${subnet} of network my-net overlaps the machines' subnet ${shown}. Set E2E_SUBNET to`,
  );
});

test('adjacent subnets do not overlap', () => {
  expect(() => requireSubnets(seed, parseRange('10.0.8.0/24'))).not.toThrow();
  expect(() => requireSubnets(seed, parseRange('10.0.0.0/24'))).not.toThrow();
  expect(() => requireSubnets(seed, undefined)).not.toThrow();
});

test('in swarm mode, the machines do not use the subnet of the network ingress', () => {
  const swarm = findTopology('swarm-mode');
  expect(() => requireSubnets(swarm, parseRange('10.0.0.0/24'))).toThrow(
    'the subnet 10.0.0.0/24 of network ingress overlaps',
  );
});
