import type { TopologyDocument } from '../topology/document.ts';
import { contains, readRange } from '../process/address-range.ts';
import type { PathPlan } from './plan-paths.ts';

/** The current addresses of containers, which the meters follow: an engine may give a container another one at a start. */
export class FollowedAddresses {
  readonly #plan: PathPlan;
  readonly #networks: TopologyDocument['networks'];
  /** By container. */
  readonly #current: Map<string, string>;
  /** Sends a line to the running meter of a machine. */
  readonly #meters = new Map<string, (line: string) => void>();

  constructor(plan: PathPlan, networks: TopologyDocument['networks']) {
    this.#plan = plan;
    this.#networks = networks;
    this.#current = new Map(plan.containers.map(({ name, address }) => [name, address]));
  }

  /** Returns the address of a path. */
  addressOf({ target, address }: PathPlan['paths'][number]): string {
    return (target === undefined ? undefined : this.#current.get(target)) ?? address;
  }

  /** The meter of a machine runs. Addresses may have changed since its words were written. */
  addMeter(machine: string, tell: (line: string) => void): void {
    this.#meters.set(machine, tell);
    this.#tellMeters((path) => path.machine === machine);
  }

  /**
   * Takes the addresses of all interfaces of a container. If that on its network is another one than before, the meters
   * receive it.
   *
   * @returns the new address; undefined if it is the same
   */
  take(index: number, addresses: readonly string[]): string | undefined {
    const container = this.#plan.containers[index];
    const subnet = this.#networks.find(({ name }) => name === container?.network)?.subnet;
    const range = readRange(subnet ?? '');
    if (container === undefined || range === undefined) return undefined;
    const address = addresses.find((one) => {
      const single = readRange(one);
      return single !== undefined && contains(range, single);
    });
    if (address === undefined || address === this.#current.get(container.name)) return undefined;
    this.#current.set(container.name, address);
    this.#tellMeters(({ target }) => target === container.name);
    return address;
  }

  #tellMeters(isMeant: (path: PathPlan['paths'][number]) => boolean): void {
    for (const [index, path] of this.#plan.paths.entries()) {
      if (path.target === undefined || !isMeant(path)) continue;
      this.#meters.get(path.machine)?.(`to ${index} ${this.addressOf(path)}`);
    }
  }
}
