import type { KeyValueStore } from '../../helpers/cluster/key-value/key-value-store.ts';
import type { Container } from '../../helpers/docker/containers/container.ts';
import type { ContainerSpec } from '../../helpers/docker/containers/container-spec.ts';
import type { Engine } from '../../helpers/docker/engine.ts';
import type { MachineProvider } from '../../helpers/machine/machine.ts';
import type { Fault } from './fault.ts';
import {
  forgetInKernels,
  type OverlayGround,
  removeForGood,
  type RemoteEnd,
} from './overlay-faults.ts';

/** A container on an overlay, whose engine does not reach the store for a moment. Those of the others do. */
export interface UnannouncedGround extends OverlayGround {
  readonly store: KeyValueStore;
  readonly container: Container;
}

/**
 * A container was removed while its engine did not reach the store: the record of its end stays there for good, names
 * lead to it, and the other hosts' kernels have it. Nothing heals that.
 */
export function removedBehindStore(ground: UnannouncedGround): Fault {
  const { container, store } = ground;
  return {
    name: `${container.name} was removed while that did not reach ${store.url}`,
    inject: async () => {
      const end = await removeUnannounced(ground);
      return async () => {
        await takeOffNetwork(ground);
        await forgetInKernels(ground, ground.others, end);
      };
    },
  };
}

/**
 * The same, after somebody took the end off the network by force, as everybody is advised to: the store and the names
 * are right again, while the other hosts' kernels have the container for good.
 */
export function takenOffByForce(ground: UnannouncedGround): Fault {
  return {
    name: `${ground.container.name} was taken off ${ground.network.name} by force, after its end`,
    inject: async () => {
      const end = await removeUnannounced(ground);
      await takeOffNetwork(ground);
      return async () => await forgetInKernels(ground, ground.others, end);
    },
  };
}

async function removeUnannounced(ground: UnannouncedGround): Promise<RemoteEnd> {
  const { provider, store, network, container } = ground;
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

async function takeOffNetwork({
  provider,
  network,
  container,
  others: [first],
}: UnannouncedGround): Promise<void> {
  const words = ['docker', 'network', 'disconnect', '--force', network.name] as const;
  await provider.run(first, [...words, container.name]);
}

/**
 * A container went to another host and kept its address, as addresses do that are given in turn. Its first host led its
 * own containers to it by an entry for its own address (an engine of Docker 20.10 that asks the gossip for one of its own
 * is answered by itself), takes that away for nobody, and sends to itself what is for the container: dead in both
 * directions, between these two hosts alone.
 */
export function movedWithAddress({
  provider,
  network,
  spec,
  from,
  to,
  asker,
}: {
  readonly provider: MachineProvider;
  readonly network: { readonly name: string; readonly id: string };
  readonly spec: ContainerSpec & Record<'name' | 'address', string>;
  readonly from: Engine;
  readonly to: Engine;
  /** A container on the first host that has `ping`. */
  readonly asker: Container;
}): Fault {
  return {
    name: `${spec.name} went from ${from.machine.name} to ${to.machine.name}, with its address`,
    inject: async () => {
      const before = await from.containers.run(spec);
      await asker.exec(['ping', '-c', '1', spec.address]);
      await before.remove();
      const after = await to.containers.run(spec);
      return async () => {
        await removeForGood(after, { provider, network, others: [from.machine.name] });
      };
    },
  };
}
