import type { KernelFeature } from '../machine/kernel-feature.ts';
import type { FaultName } from './fault.ts';

/** The effect of a fault, and its input. */
export interface FaultEntry {
  /** One line for people. */
  readonly summary: string;
  /** The number of machines that it takes: at least, and at most. */
  readonly machines: readonly [least: number, most: number];
  /** The option `--by`: its unit, default and limits. Absent if the fault has no extent. */
  readonly by?: {
    readonly unit: string;
    readonly usual: number;
    readonly least: number;
    readonly most: number;
  };
  /** The kernel feature that the machines need. */
  readonly needs?: KernelFeature;
  /** True if the machine must not share the kernel of this computer. */
  readonly ownKernel?: true;
}

const MANY = Number.POSITIVE_INFINITY;
const percent = (usual: number, most = 100) => ({ unit: 'percent', usual, least: 1, most });

/** All faults. */
export const faultCatalog: Readonly<Record<FaultName, FaultEntry>> = {
  partition: {
    summary:
      'the machines reach each other, but no other machine; without machines: the first half',
    machines: [0, MANY],
  },
  'partition-one-way': {
    summary:
      'packets from the first machine to the second are dropped; those of the other direction arrive',
    machines: [2, 2],
  },
  'partition-ring': {
    summary: 'each machine reaches only the one before it and the one after it',
    machines: [0, 0],
  },
  'gossip-blocked': {
    summary: 'the machine drops the gossip of engines and nothing else',
    machines: [1, MANY],
  },
  'vxlan-blocked': {
    summary: 'the machine drops packets of overlay networks and nothing else',
    machines: [1, MANY],
  },
  'packet-loss': {
    summary: 'the machine loses some packets of other machines',
    machines: [1, MANY],
    by: percent(10),
  },
  'packet-delay': {
    summary: 'packets to other machines are sent later; --jitter varies the delay',
    machines: [1, MANY],
    by: { unit: 'milliseconds', usual: 100, least: 1, most: 60_000 },
    needs: 'netem',
  },
  'packet-duplication': {
    summary: 'some packets to other machines are sent twice',
    machines: [1, MANY],
    by: percent(10),
    needs: 'netem',
  },
  'packet-reordering': {
    summary: 'some packets to other machines overtake others, which are sent 10 ms later',
    machines: [1, MANY],
    by: percent(25),
    needs: 'netem',
  },
  'packet-corruption': {
    summary: 'one bit of some packets to other machines is changed',
    machines: [1, MANY],
    by: percent(5),
    needs: 'netem',
  },
  'rate-limit': {
    summary: 'the machine sends to other machines at a limited rate',
    machines: [1, MANY],
    by: { unit: 'kbit/s', usual: 1000, least: 8, most: 10_000_000 },
    needs: 'netem',
  },
  'engine-stopped': {
    summary: 'the engine is shut down, and its containers with it',
    machines: [1, MANY],
  },
  'engine-killed': {
    summary: 'the engine is killed by SIGKILL',
    machines: [1, MANY],
  },
  'engine-paused': {
    summary: 'the engine accepts connections and does nothing; its containers continue to run',
    machines: [1, MANY],
  },
  'engine-restarted': {
    summary: 'the engine is restarted once',
    machines: [1, MANY],
  },
  'machine-killed': {
    summary: 'all processes of the machine end immediately, as in a power failure',
    machines: [1, MANY],
  },
  'machine-rebooted': {
    summary: 'the machine is shut down and started once',
    machines: [1, MANY],
  },
  'store-stopped': {
    summary: 'the container of the key-value store is stopped',
    machines: [0, 0],
  },
  'store-paused': {
    summary: 'the key-value store accepts connections and does not answer',
    machines: [0, 0],
  },
  'leader-lost': {
    summary: 'the engine of the leading manager of the swarm is stopped',
    machines: [0, 0],
  },
  'clock-changed': {
    summary: 'the clock of the machine is wrong',
    machines: [1, MANY],
    by: { unit: 'seconds', usual: 3600, least: -315_360_000, most: 315_360_000 },
    ownKernel: true,
  },
  'disk-full': {
    summary: 'the disk with the data of the engine has no free space',
    machines: [1, MANY],
    ownKernel: true,
  },
};
