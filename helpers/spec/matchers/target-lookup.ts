import { isIPv4 } from 'node:net';
import type { Container } from '../../docker/containers/container.ts';
import type { ContainerFacts } from '../../docker/containers/container-facts.ts';
import { labOf } from '../lab.ts';
import type { Service } from '../service.ts';

/** A container that must reach a target by name, with the data of both from their engines. */
export interface TargetLookup {
  readonly from: Container;
  /** The target's name or address. */
  readonly target: string;
  /** The container for people: "shop (counter)". */
  readonly who: string;
  /** The network for people: " over stairs", or empty without a known common overlay network. */
  readonly over: string;
  /** The expected addresses of the target; undefined if it is no container or service of the topology. */
  readonly addresses: readonly string[] | undefined;
  /** The same for a service on several networks of the container: its name resolves to the addresses on one of them. */
  readonly alternatives?: readonly (readonly string[])[];
}

/**
 * @param container the value of `expect`: `lab.container(…)` or its result
 * @param given the expected address of the target, if the spec names one
 */
export async function lookUpTarget(
  container: Container | Promise<Container>,
  target: string,
  given?: string,
): Promise<TargetLookup> {
  const from = await container;
  const service = given === undefined ? findService(from, target) : undefined;
  if (service !== undefined) return await lookUpService(from, target, service);
  const [own, other] = await Promise.all([from.inspect(), findTarget(from, target)]);
  const shared = Object.keys(own.networks).filter((name) => other?.networks[name] !== undefined);
  const names = other === undefined ? Object.keys(own.networks) : shared;
  const found = shared.flatMap((name) => other?.networks[name]?.address || []);
  const known = other === undefined ? undefined : found;
  return {
    from,
    target,
    who: `${from.name} (${from.machine.name})`,
    over: names.length === 0 ? '' : ` over ${names.join(', ')}`,
    addresses: given !== undefined ? [given] : isIPv4(target) ? [target] : known,
  };
}

/** Returns the topology's container with that name, as its engine describes it. */
async function findTarget(from: Container, target: string): Promise<ContainerFacts | undefined> {
  const lab = labOf(from);
  if (lab?.document.workload.some(({ container }) => container === target) !== true) {
    return undefined;
  }
  return await (await lab.container(target)).inspect();
}

function findService(from: Container, target: string): Service | undefined {
  const lab = labOf(from);
  const isKnown = lab?.document.services?.some(({ service }) => service === target) ?? false;
  return isKnown ? lab?.service(target) : undefined;
}

/** A service has its virtual address on each network, or with `dnsrr` the addresses of its tasks. */
async function lookUpService(
  from: Container,
  target: string,
  service: Service,
): Promise<TargetLookup> {
  const [own, facts, tasks] = await Promise.all([
    from.inspect(),
    service.inspect(),
    service.tasks(),
  ]);
  const alternatives = Object.entries(own.networks).flatMap(([name, { networkId }]) => {
    const address = facts.virtualAddresses[networkId];
    const found = tasks.flatMap((task) => task.addresses[name] ?? []);
    const addresses = address === undefined ? found : [address];
    return addresses.length === 0 ? [] : [{ name, addresses }];
  });
  const names = alternatives.map(({ name }) => name);
  return {
    from,
    target,
    who: `${from.name} (${from.machine.name})`,
    over: names.length === 0 ? '' : ` over ${names.join(', ')}`,
    addresses: alternatives.flatMap(({ addresses }) => addresses),
    alternatives: alternatives.map(({ addresses }) => addresses),
  };
}

/** Returns true if these are the expected addresses of the target; any address if none is known. */
export function areExpected(
  found: readonly string[],
  { addresses, alternatives = addresses === undefined ? [] : [addresses] }: TargetLookup,
): boolean {
  if (found.length === 0 || addresses === undefined) return found.length > 0;
  return alternatives.some(
    (one) => found.length === one.length && found.every((address) => one.includes(address)),
  );
}

/** Describes the wrong result of a name for people. */
export function describeResolution(found: readonly string[], lookup: TargetLookup): string {
  const { who, target, over, addresses = [] } = lookup;
  if (found.length === 0) return `${who} does not resolve ${target}${over}: no such name`;
  const wanted = addresses.length === 0 ? 'it has none' : `its address is ${addresses.join(', ')}`;
  return `${who} resolves ${target} to ${found.join(', ')}${over}: ${wanted}`;
}
