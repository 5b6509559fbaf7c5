import { randomBytes } from 'node:crypto';
import { InputError } from '../process/errors/input-error.ts';
import { suggestName } from '../process/text/suggest-name.ts';
import { faultCatalog } from './catalog.ts';
import type { FaultCluster, FaultMachine, FaultPlan, FaultRequest } from './fault.ts';
import {
  changeClock,
  disableStore,
  fillDisk,
  killEngine,
  killMachine,
  pauseEngine,
  rebootMachine,
  restartEngine,
  stopEngine,
} from './hosts.ts';
import { disturbTo, dropFrom, packetsOf, type Steps } from './packets.ts';

/** The input of one fault after its examination. */
interface Case {
  readonly id: string;
  /** The targets, in the order of the request. */
  readonly targets: readonly FaultMachine[];
  /** All machines of the cluster. */
  readonly all: readonly FaultMachine[];
  readonly by: number;
  readonly jitter: number;
  readonly cluster: FaultCluster;
}

interface Planned extends Steps {
  readonly title: string;
}

/**
 * Plans a fault on a cluster that this program created. Nothing is changed yet. Throws an {@link InputError} if the
 * cluster has no such machine, or the fault does not fit it.
 */
export function planFault(
  cluster: FaultCluster,
  { name, machines = [], by, jitter = 0 }: FaultRequest,
): FaultPlan {
  const entry = faultCatalog[name];
  const wrong = (observed: string, hint: string) =>
    new InputError({ code: 'input-invalid', subject: `fault ${name}`, observed, hint });
  const targets = machines.map((machine) => findMachine(cluster, machine));
  const [least, most] = entry.machines;
  if (new Set(machines).size < machines.length) {
    throw wrong('a machine is named twice', 'name each machine once');
  }
  if (targets.length < least || targets.length > most) {
    throw wrong(`${targets.length} machines`, `It takes ${describeCount(least, most)}`);
  }
  if (by !== undefined && entry.by === undefined) {
    throw wrong(`--by ${by}`, 'this fault has no extent: omit --by');
  }
  if (jitter !== 0 && name !== 'packet-delay') {
    throw wrong(`--jitter ${jitter}`, 'only packet-delay has a jitter: omit it');
  }
  const extent = by ?? entry.by?.usual ?? 0;
  if (entry.by !== undefined && !(extent >= entry.by.least && extent <= entry.by.most)) {
    const { unit, least: low, most: high } = entry.by;
    throw wrong(`--by ${extent}`, `it must be between ${low} and ${high} ${unit}`);
  }
  if (!(jitter >= 0 && jitter <= extent)) {
    throw wrong(`--jitter ${jitter}`, 'it must be between 0 and the delay');
  }
  const shared = targets.find(({ hasOwnKernel }) => !hasOwnKernel);
  if (entry.ownKernel === true && shared !== undefined) {
    throw wrong(
      `${shared.name} shares the kernel and the disk of this computer`,
      'Give the machine its own kernel: E2E_PROVIDER=uml, or kernel: "own" in its topology',
    );
  }
  const id = randomBytes(4).toString('hex');
  const all = cluster.machines;
  const planned = plans[name]({ id, targets, all, by: extent, jitter, cluster }, wrong);
  return {
    name,
    id,
    title: planned.title,
    needs: targets.flatMap(({ name: machine }) =>
      entry.needs === undefined ? [] : { machine, feature: entry.needs },
    ),
    inject: planned.inject,
    undo: planned.undo,
  };
}

type Plan = (one: Case, wrong: (observed: string, hint: string) => InputError) => Planned;

const plans: Readonly<Record<FaultRequest['name'], Plan>> = {
  partition: ({ id, targets, all }, wrong) => {
    const inside = targets.length > 0 ? targets : all.slice(0, Math.floor(all.length / 2));
    const outside = without(all, inside);
    if (outside.length === 0) throw wrong('no machine is left on the other side', 'name fewer');
    return {
      title: `${names(inside)} and ${names(outside)} cannot reach each other`,
      ...combine([
        ...inside.map((one) => dropFrom(id, one, outside)),
        ...outside.map((one) => dropFrom(id, one, inside)),
      ]),
    };
  },
  'partition-one-way': ({ id, targets }) => {
    const [from, to] = targets as readonly [FaultMachine, FaultMachine];
    return {
      title: `packets from ${from.name} to ${to.name} are dropped`,
      ...dropFrom(id, to, [from]),
    };
  },
  'partition-ring': ({ id, all }, wrong) => {
    if (all.length < 4) throw wrong(`${all.length} machines`, 'a ring has at least four');
    return {
      title: `each of ${names(all)} reaches only its neighbors`,
      ...combine(
        all.map((one, at) => {
          const near = [all[at], all.at(at - 1), all[(at + 1) % all.length]];
          return dropFrom(
            id,
            one,
            all.filter((other) => !near.includes(other)),
          );
        }),
      ),
    };
  },
  'gossip-blocked': ({ id, targets, all }) => ({
    title: `${names(targets)} drops gossip`,
    ...combine(
      targets.map((one) => dropFrom(id, one, without(all, [one]), { packets: packetsOf.gossip })),
    ),
  }),
  'vxlan-blocked': ({ id, targets, all }) => ({
    title: `${names(targets)} drops VXLAN packets`,
    ...combine(
      targets.map((one) => dropFrom(id, one, without(all, [one]), { packets: packetsOf.vxlan })),
    ),
  }),
  'packet-loss': ({ id, targets, all, by }) => ({
    title: `${names(targets)} loses ${by} % of the packets from other machines`,
    ...combine(targets.map((one) => dropFrom(id, one, without(all, [one]), { share: by / 100 }))),
  }),
  'packet-delay': (one) => ({
    title: `packets of ${names(one.targets)} are delayed by ${one.by} ms${one.jitter > 0 ? ` ± ${one.jitter} ms` : ''}`,
    ...disturb(one, `delay ${one.by}ms${one.jitter > 0 ? ` ${one.jitter}ms` : ''}`),
  }),
  'packet-duplication': (one) => ({
    title: `${one.by} % of the packets of ${names(one.targets)} are duplicated`,
    ...disturb(one, `duplicate ${one.by}%`),
  }),
  'packet-reordering': (one) => ({
    title: `${one.by} % of the packets of ${names(one.targets)} overtake others`,
    ...disturb(one, `delay 10ms reorder ${one.by}%`),
  }),
  'packet-corruption': (one) => ({
    title: `${one.by} % of the packets of ${names(one.targets)} are corrupted`,
    ...disturb(one, `corrupt ${one.by}%`),
  }),
  'rate-limit': (one) => ({
    title: `${names(one.targets)} sends at ${one.by} kbit/s`,
    ...disturb(one, `rate ${one.by}kbit`),
  }),
  'engine-stopped': forEach('the engine is stopped', stopEngine),
  'engine-killed': forEach('the engine was killed', killEngine),
  'engine-paused': forEach('the engine is paused', (_id, machine) => pauseEngine(machine)),
  'engine-restarted': forEach('the engine was restarted', restartEngine),
  'machine-killed': forEach('the machine was killed', killMachine),
  'machine-rebooted': forEach('the machine was rebooted', rebootMachine),
  'store-stopped': ({ id, cluster }, wrong) => ({
    title: 'the key-value store is stopped',
    ...disableStore(id, requireStore(cluster, wrong), 'stop'),
  }),
  'store-paused': ({ id, cluster }, wrong) => ({
    title: 'the key-value store is paused',
    ...disableStore(id, requireStore(cluster, wrong), 'pause'),
  }),
  'leader-lost': ({ id, cluster: { leader, ...cluster } }, wrong) => {
    if (leader === undefined) {
      throw wrong('the cluster has no leading manager', 'it needs a swarm with a leader');
    }
    return {
      title: `the engine of the leader ${leader} is stopped`,
      ...stopEngine(id, findMachine(cluster, leader)),
    };
  },
  'clock-changed': ({ id, targets, by }) => ({
    title: `the clock of ${names(targets)} is wrong by ${by} s`,
    ...combine(targets.map((one) => changeClock(id, one, by))),
  }),
  'disk-full': ({ id, targets }) => ({
    title: `the disk of ${names(targets)} is full`,
    ...combine(targets.map((one) => fillDisk(id, one))),
  }),
};

function forEach(state: string, plan: (id: string, machine: FaultMachine) => Steps): Plan {
  return ({ id, targets }) => ({
    title: `${names(targets)}: ${state}`,
    ...combine(targets.map((machine) => plan(id, machine))),
  });
}

function disturb({ targets, all }: Case, netem: string): Steps {
  return combine(targets.map((one) => disturbTo(one, without(all, [one]), netem)));
}

function requireStore(
  { store }: FaultCluster,
  wrong: (observed: string, hint: string) => InputError,
) {
  if (store !== undefined) return store;
  throw wrong('the cluster has no key-value store', 'it needs a cluster on a key-value store');
}

function findMachine({ machines }: FaultCluster, name: string): FaultMachine {
  const found = machines.find((one) => one.name === name);
  if (found !== undefined) return found;
  throw new InputError({
    code: 'machine-unknown',
    observed: `unknown machine "${name}"`,
    hint: suggestName(
      name,
      machines.map((one) => one.name),
      'machines',
    ),
  });
}

function combine(parts: readonly Steps[]): Steps {
  return {
    inject: parts.flatMap(({ inject }) => inject),
    undo: parts.flatMap(({ undo }) => undo),
  };
}

function without(all: readonly FaultMachine[], some: readonly FaultMachine[]): FaultMachine[] {
  return all.filter((one) => !some.includes(one));
}

function names(machines: readonly FaultMachine[]): string {
  return machines.map(({ name }) => name).join(', ');
}

function describeCount(least: number, most: number): string {
  if (most === Number.POSITIVE_INFINITY) return `at least ${least}`;
  return least === most ? (most === 0 ? 'none' : `exactly ${most}`) : `${least} to ${most}`;
}
