import { describe, expect, test } from 'vitest';
import { leaveOutOwnKernels } from '../../../helpers/measure/leave-out-own-kernels.ts';
import { planPaths } from '../../../helpers/measure/plan-paths.ts';

const machines = ['one', 'two', 'three'].map((name, index) => ({
  name,
  address: `192.168.100.10${index}`,
  engineUrl: '',
  engineVersion: '',
}));
const workload = machines.map(({ name: machine }, index) => {
  return { container: `c-${machine}`, machine, network: 'n', address: `10.0.9.${index + 2}` };
});
const addresses = new Map(machines.map(({ name, address }) => [name, address]));
const plan = planPaths({ machines, workload }, addresses, 20);

describe('A measurement leaves out', () => {
  test('nothing if all machines share the kernel of this computer', () => {
    expect(leaveOutOwnKernels(plan, { machines, provider: 'netns' })).toEqual(plan);
  });

  test('the machine with its own kernel, and packets to its containers', () => {
    const mixed = machines.map((one) =>
      one.name === 'two' ? { ...one, kernel: 'own' as const } : one,
    );
    const { containers, paths, unmeasured } = leaveOutOwnKernels(plan, {
      machines: mixed,
      provider: 'netns',
    });
    expect(containers.map(({ name }) => name)).toEqual(['c-one', 'c-three']);
    expect(paths.filter(({ machine }) => machine === 'two')).toEqual([]);
    const kinds = paths.filter(({ to }) => to === 'c-two').map(({ kind }) => kind);
    expect([...new Set(kinds)].sort()).toEqual(['icmp', 'name']);
    expect(unmeasured).toEqual(['two: it has its own kernel']);
  });

  test('every machine of a topology of the provider uml, in one line', () => {
    expect(() => leaveOutOwnKernels(plan, { machines, provider: 'uml' })).toThrow(
      'measure the running topology: no path begins on a machine that shares the kernel of this computer. Measure a topology with containers on machines of the provider netns',
    );
  });
});
