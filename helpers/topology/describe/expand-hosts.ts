import { z } from 'zod';
import { lastOf, parseSubnet } from '../../process/address-range.ts';
import { omitUndefined } from '../../process/omit-undefined.ts';
import { hosts as hostCount, perHost as perHostSchema } from '../topology-schema.ts';
import { membersOf, readable } from './readable-topology.ts';
import { checkName, findUnsuitableFields, type WrongField, wrong } from './wrong-fields.ts';

const list = z.array(z.unknown()).catch([]);

const wishes = z.looseObject({
  hosts: hostCount.exactOptional(),
  perHost: perHostSchema.exactOptional(),
});

/** The part of a description that hosts add to. */
const expandable = wishes.extend({
  machines: list,
  containers: list,
  services: list,
});

/** The container of a host that the description does not define: it ends at the first signal. */
const idle = {
  image: { debian: ['busybox'] },
  command: ['sh', '-c', "trap 'exit 0' TERM; sleep infinity & wait"],
} as const;

/** Addresses of an overlay network that no container gets: the network, its gateway and its last address. */
const RESERVED = 3;

export interface ExpandedHosts {
  readonly described: unknown;
  /** Errors in `hosts` and `perHost`. The description is unchanged then. */
  readonly wrong: readonly WrongField[];
}

/**
 * Replaces `hosts` and `perHost` of a description by machines, containers and services. New parts follow those of the user, which keep their positions.
 */
export function expandHosts(described: unknown): ExpandedHosts {
  if (!hasWishes(described)) return { described, wrong: [] };
  const { data } = expandable.safeParse(described);
  if (data === undefined) return { described, wrong: findUnsuitableFields(wishes, described) };
  const { hosts, perHost, machines, containers, services, ...rest } = data;
  const members = membersOf(readable.parse(described));
  const wanted = hosts ?? members.length;
  if (wanted < members.length) {
    const observed = `${wanted} hosts, but "machines" names ${members.length}: ${members.join(', ')}`;
    return { described, wrong: [wrong(['hosts'], observed, `name at least ${members.length}`)] };
  }
  const named = readable.parse(described).machines.flatMap(({ name }) => name ?? []);
  const added = newNames(wanted - members.length, members.length, new Set(named));
  const all = [...members, ...added];
  const mistakes = perHost === undefined ? [] : checkPerHost(described, perHost, all.length);
  if (mistakes.length > 0) return { described, wrong: mistakes };
  const parts = perHost === undefined ? [] : all.map((host) => partsOf(host, perHost));
  const grown = {
    machines: [...machines, ...added.map((name) => ({ name }))],
    containers: [...containers, ...parts.flatMap((part) => part.containers)],
    services: [...services, ...parts.flatMap((part) => part.services)],
  };
  const kept = Object.entries(grown).filter(
    ([name, one]) => one.length > 0 || name in Object(described),
  );
  return { described: { ...rest, ...Object.fromEntries(kept) }, wrong: [] };
}

function hasWishes(described: unknown): boolean {
  return (
    typeof described === 'object' &&
    described !== null &&
    ('hosts' in described || 'perHost' in described)
  );
}

/** Returns names for more hosts: `host-3` is the third one, unless a machine has this name. */
function newNames(count: number, before: number, taken: ReadonlySet<string>): string[] {
  const names: string[] = [];
  for (let number = before + 1; names.length < count; number += 1) {
    const name = `host-${number}`;
    if (!taken.has(name)) names.push(name);
  }
  return names;
}

type PerHost = z.infer<typeof perHostSchema>;

function checkPerHost(described: unknown, perHost: PerHost, hosts: number): WrongField[] {
  const { cluster, networks } = readable.parse(described);
  const { network, containers = 0, services = 0 } = perHost;
  const names = networks.flatMap(({ name }) => name ?? []);
  const unknown = checkName(['perHost', 'network'], network, names, 'network');
  const range = parseSubnet(networks.find(({ name }) => name === network)?.subnet ?? '');
  const needed = hosts * (containers + services);
  const room = range === undefined ? needed : lastOf(range) - range.first + 1 - RESERVED;
  return [
    ...unknown,
    ...(services > 0 && cluster.kind !== undefined && cluster.kind !== 'swarm-mode'
      ? [
          wrong(
            ['perHost', 'services'],
            'only swarm mode has services',
            'remove the field, or use the cluster kind swarm-mode',
          ),
        ]
      : []),
    ...(needed > room
      ? [
          wrong(
            ['perHost'],
            `${hosts} hosts need ${needed} addresses of ${network}, which has ${room}`,
            'name a larger subnet, or fewer hosts, containers or services',
          ),
        ]
      : []),
  ];
}

function partsOf(host: string, { network, containers = 0, services = 0, image, command }: PerHost) {
  const program =
    image === undefined
      ? { ...idle, ...omitUndefined({ command }) }
      : omitUndefined({ image, command });
  return {
    containers: numbers(containers).map((number) => ({
      name: `${host}-${number}`,
      machine: host,
      network,
      ...program,
    })),
    services: numbers(services).map((number) => ({
      name: `${host}-service-${number}`,
      networks: [network],
      // With a virtual address, the machines would need IPVS.
      endpoint: 'dnsrr',
      constraints: [`node.hostname==${host}`],
      ...program,
    })),
  };
}

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}
