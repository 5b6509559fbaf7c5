import type { KeyValueStore } from '../../helpers/cluster/key-value/stores/key-value-store.ts';
import type { Container } from '../../helpers/docker/containers/container.ts';
import type { ContainerSpec } from '../../helpers/docker/containers/container-spec.ts';
import type { Engine } from '../../helpers/docker/engine.ts';
import type { MachineProvider } from '../../helpers/machine/machine.ts';
import type { Fault } from './fault.ts';
import {
  deleteFromKernels,
  type OverlayHosts,
  removeWithEntries,
  type RemoteEndpoint,
} from './overlay-faults.ts';

/** A container on an overlay network whose engine cannot reach the key-value store for a moment. */
export interface UnannouncedRemoval extends OverlayHosts {
  readonly store: KeyValueStore;
  readonly container: Container;
}

/**
 * Removes a container while its engine cannot reach the key-value store. Its endpoint stays in the store, its name
 * still resolves, and the other hosts' kernels keep its entries. Engines never clean this up.
 */
export function removedWithoutStore(removal: UnannouncedRemoval): Fault {
  const { container, store } = removal;
  return {
    name: `${container.name} was removed while its engine could not reach ${store.url}`,
    inject: async () => {
      const endpoint = await removeUnannounced(removal);
      return async () => {
        await disconnectByForce(removal);
        await deleteFromKernels(removal, removal.others, endpoint);
      };
    },
  };
}

/**
 * Removes a container in the same way, then disconnects its endpoint by force, as is commonly recommended. Store and
 * names are correct again, but the other hosts' kernels keep the container's entries.
 */
export function disconnectedByForce(removal: UnannouncedRemoval): Fault {
  return {
    name: `${removal.container.name} was disconnected from ${removal.network.name} by force after its removal`,
    inject: async () => {
      const endpoint = await removeUnannounced(removal);
      await disconnectByForce(removal);
      return async () => await deleteFromKernels(removal, removal.others, endpoint);
    },
  };
}

async function removeUnannounced(removal: UnannouncedRemoval): Promise<RemoteEndpoint> {
  const { provider, store, network, container } = removal;
  const { name, machine } = container;
  const { networks } = await container.inspect();
  const { address = '', mac = '' } = networks[network.name] ?? {};
  const refuse = `OUTPUT -d ${store.address} -p tcp --dport ${store.port} -j REJECT --reject-with tcp-reset`;
  const sh = async (script: string) => {
    await provider.run(machine.name, ['sh', '-ec', script]);
  };
  await sh(`iptables -I ${refuse}`);
  try {
    await container.remove();
  } finally {
    await sh(`iptables -D ${refuse}`);
  }
  return { container: name, address, mac, host: machine.address };
}

async function disconnectByForce({
  provider,
  network,
  container,
  others: [first],
}: UnannouncedRemoval): Promise<void> {
  const words = ['docker', 'network', 'disconnect', '--force', network.name] as const;
  await provider.run(first, [...words, container.name]);
}

/**
 * Moves a container to another host with the same address, which can happen because engines assign addresses in turn.
 * Containers on its first host reached it through an entry with the host's own address, because an engine of Docker
 * 20.10 answers its own gossip query. The engine never deletes this entry, and sends traffic for the container to
 * itself. Only the two hosts are affected, in both directions.
 */
export function movedWithAddress({
  provider,
  network,
  spec,
  from,
  to,
  pinger,
}: {
  readonly provider: MachineProvider;
  readonly network: { readonly name: string; readonly id: string };
  readonly spec: ContainerSpec & Record<'name' | 'address', string>;
  readonly from: Engine;
  readonly to: Engine;
  /** A container on the first host with `ping`. */
  readonly pinger: Container;
}): Fault {
  return {
    name: `${spec.name} moved from ${from.machine.name} to ${to.machine.name} with its address`,
    inject: async () => {
      const before = await from.containers.run(spec);
      await pinger.exec(['ping', '-c', '1', spec.address]);
      await before.remove();
      const after = await to.containers.run(spec);
      return async () => {
        await removeWithEntries(after, { provider, network, others: [from.machine.name] });
      };
    },
  };
}
