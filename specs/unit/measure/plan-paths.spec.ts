import { describe, expect, test } from 'vitest';
import { planPaths } from '../../../helpers/measure/plan-paths.ts';

const machines = ['one', 'two', 'three'].map((name, index) => ({
  name,
  address: `192.168.100.10${index}`,
  engineUrl: '',
  engineVersion: '',
}));
const addresses = new Map(machines.map(({ name, address }) => [name, address]));
const workload = [
  { container: 'a', machine: 'one', network: 'n', address: '10.0.9.2' },
  { container: 'b', machine: 'two', network: 'n', address: '10.0.9.3' },
  { container: 'c', machine: 'two', network: 'n', address: '10.0.9.4' },
  { container: 'd', machine: 'one', network: 'other', address: '10.0.8.2' },
];

function inWords(plan: ReturnType<typeof planPaths>): string[] {
  return plan.paths.map(({ kind, from, to }) => `${from} → ${to} ${kind}`);
}

describe('The paths of a measurement', () => {
  test('are pairs of one network in both directions, in five ways', () => {
    const words = inWords(planPaths({ machines, workload }, addresses, 20));
    for (const kind of ['icmp', 'udp', 'tcp', 'stream', 'name']) {
      expect(words).toContain(`a → b ${kind}`);
      expect(words).toContain(`b → a ${kind}`);
    }
    expect(words.filter((one) => /^d |→ d /.test(one))).toEqual([]);
    expect(words).toContain('one → two icmp');
  });

  test('are first those between machines, and the rest is reported', () => {
    const plan = planPaths({ machines, workload }, addresses, 4);
    const pairs = new Set(
      plan.paths.filter(({ kind }) => kind === 'udp').map((one) => one.from + one.to),
    );
    expect([...pairs].sort()).toEqual(['ab', 'ac', 'ba', 'ca']);
    expect(plan.unmeasured).toEqual(['2 of 6 pairs of containers: more than 4']);
  });

  test('contain virtual addresses, published ports and the application', () => {
    const services = [
      {
        service: 'web',
        id: 'x',
        networks: [{ name: 'n', address: '10.0.9.9' }],
        ports: [
          { published: 8080, target: 80, protocol: 'tcp', mode: 'ingress' } as const,
          { published: 9090, target: 90, protocol: 'tcp', mode: 'host' } as const,
        ],
        mark: '',
      },
    ];
    const carEndpoint = 'http://192.168.100.100:8080/car/1';
    const words = inWords(planPaths({ machines, workload, services, carEndpoint }, addresses, 20));
    expect(words.filter((one) => /vip|published|http/.test(one))).toEqual([
      'a → web:80 vip',
      'b → web:80 vip',
      'one → web at two:8080 published',
      'two → web at one:8080 published',
      'two → /car/1 http',
    ]);
  });
});
