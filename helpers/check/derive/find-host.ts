import type { HostView, Observation } from '../model/observation.ts';

/** The host of that name. */
export function hostNamed(
  { hosts }: Pick<Observation, 'hosts'>,
  name: string | undefined,
): HostView | undefined {
  return hosts.find((host) => host.name === name);
}

/** The host that the others find at that address. */
export function hostAt(
  { hosts }: Pick<Observation, 'hosts'>,
  address: string,
): HostView | undefined {
  return hosts.find((host) => host.address === address);
}

/** The address under which the others know that host. */
export function knownAddressOf(
  observation: Pick<Observation, 'hosts'>,
  host: string | undefined,
): string | undefined {
  return hostNamed(observation, host)?.address;
}
