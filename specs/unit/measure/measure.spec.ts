import { expect, test } from 'vitest';
import type { MachineProvider } from '../../../helpers/machine/machine.ts';
import { startMeasurement } from '../../../helpers/measure/measure.ts';
import type { TopologyDocument } from '../../../helpers/topology/document.ts';

const alone = {
  name: 'alone',
  address: '192.168.100.100',
  engineUrl: '',
  engineVersion: '',
};
const other = { ...alone, name: 'other', address: '192.168.100.101' };

/** It only lists its machines: nothing is run in them. */
function start(
  provider: TopologyDocument['provider'],
  machines: TopologyDocument['machines'],
): Promise<unknown> {
  const document = { provider, machines, workload: [], networks: [] } as Partial<TopologyDocument>;
  const lists = { list: async () => await Promise.resolve([]) } as Partial<MachineProvider>;
  return startMeasurement(lists as MachineProvider, document as TopologyDocument);
}

test('A measurement without any path is refused, because it could find nothing wrong', async () => {
  await expect(start('uml', [alone])).rejects.toThrow(
    'measure the running topology: the topology has no two containers on one network. Measure a topology with containers on machines of the provider netns or uml',
  );
});

test('A measurement of machines of docker-machine is refused in one line', async () => {
  await expect(start('docker-machine', [alone, other])).rejects.toThrow(
    'measure the running topology: its machines come from docker-machine, whose commands return their output at the end. Measure',
  );
});
