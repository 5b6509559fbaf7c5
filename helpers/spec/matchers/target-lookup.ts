import { isIPv4 } from 'node:net';
import type { Container } from '../../docker/containers/container.ts';
import type { ContainerFacts } from '../../docker/containers/container-facts.ts';
import { labOf } from '../lab.ts';

/** A container that must reach a target by name, with the data of both from their engines. */
export interface TargetLookup {
  readonly from: Container;
  /** The target's name or address. */
  readonly target: string;
  /** The container for people: "shop (counter)". */
  readonly who: string;
  /** The network for people: " over stairs", or empty without a known common overlay network. */
  readonly over: string;
  /** The expected addresses of the target; undefined if it is not a container of the topology. */
  readonly addresses: readonly string[] | undefined;
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

/** Returns true if these are the expected addresses of the target; any address if none is known. */
export function areExpected(found: readonly string[], { addresses }: TargetLookup): boolean {
  if (addresses === undefined) return found.length > 0;
  return (
    found.length > 0 &&
    found.length === addresses.length &&
    found.every((one) => addresses.includes(one))
  );
}

/** Describes the wrong result of a name for people. */
export function describeResolution(found: readonly string[], lookup: TargetLookup): string {
  const { who, target, over, addresses = [] } = lookup;
  if (found.length === 0) return `${who} does not resolve ${target}${over}: no such name`;
  const wanted = addresses.length === 0 ? 'it has none' : `its address is ${addresses.join(', ')}`;
  return `${who} resolves ${target} to ${found.join(', ')}${over}: ${wanted}`;
}
