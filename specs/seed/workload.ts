import { attach } from '../../helpers/report/results/evidence.ts';
import type { Container } from '../../helpers/docker/containers/container.ts';
import type { NetworkFacts } from '../../helpers/docker/networks.ts';
import type { Lab } from './lab.ts';

/** A container of the workload with its endpoint on my-net, according to its own engine. */
export interface Placed {
  readonly container: Container;
  /** Its address in `docker network inspect my-net` on its own host. */
  readonly address: string;
}

/** Returns both containers of the tutorial, and attaches each host's data of my-net to the running test. */
export async function findWorkload(lab: Lab): Promise<{ tomcat: Placed; mysql: Placed }> {
  const networks = new Map(
    await Promise.all(
      lab.hosts.map(async ({ machine, networks: engineNetworks }) => {
        const network = await engineNetworks.inspect('my-net');
        await attach(`network inspect my-net on ${machine.name}`, network.raw);
        return [machine.name, network] as const;
      }),
    ),
  );
  const find = async (name: string): Promise<Placed> => {
    const container = await lab.container(name);
    return { container, address: addressIn(networks.get(container.machine.name), container) };
  };
  return { tomcat: await find('tomcat-app'), mysql: await find('mysqlserver') };
}

function addressIn(network: NetworkFacts | undefined, { id, name, machine }: Container): string {
  const end = network?.containers.find((one) => one.id === id);
  if (end !== undefined) return end.address;
  throw new Error(`${machine.name}: ${name} has no endpoint on my-net`);
}
