import { createOverlay, removeOverlay } from '../../helpers/cluster/overlay-network.ts';
import type { Engine } from '../../helpers/docker/engine.ts';
import type { NetworkRequest } from '../../helpers/docker/networks.ts';
import type { MachineProvider } from '../../helpers/machine/machine.ts';
import { type Fault, inMachine } from './fault.ts';

/** Creates a local network with the name of an overlay network on one engine. */
export function localNamesake(engine: Engine, network: string): Fault {
  return {
    name: `${engine.machine.name} has a bridge network with the name ${network}`,
    inject: async () => {
      const { id } = await engine.networks.create({ name: network, driver: 'bridge' });
      return async () => await engine.networks.remove(id);
    },
  };
}

/** Removes a network without containers. It no longer exists on any host. */
export function removedNetwork(engine: Engine, request: Omit<NetworkRequest, 'driver'>): Fault {
  return {
    name: `network ${request.name} was removed`,
    inject: async () => {
      await removeByName(engine, request.name);
      return async () => {
        await createOverlay(engine, request);
      };
    },
  };
}

/** Creates a network without containers again under another name, with the same options. */
export function otherName(
  engine: Engine,
  request: Omit<NetworkRequest, 'driver'>,
  name: string,
): Fault {
  return {
    name: `network ${request.name} is called ${name}`,
    inject: async () => {
      await removeByName(engine, request.name);
      await createOverlay(engine, { ...request, name });
      return async () => {
        await removeByName(engine, name);
        await createOverlay(engine, request);
      };
    },
  };
}

/** Creates a network without containers again under the same name, with another subnet. */
export function otherSubnet(
  engine: Engine,
  request: Omit<NetworkRequest, 'driver'>,
  subnet: string,
): Fault {
  return {
    name: `network ${request.name} has the subnet ${subnet}`,
    inject: async () => {
      await removeByName(engine, request.name);
      await createOverlay(engine, { ...request, subnet });
      return async () => {
        await removeByName(engine, request.name);
        await createOverlay(engine, request);
      };
    },
  };
}

/**
 * Creates another overlay network whose subnet is in use outside of Docker. Engines accept any subnet that none of
 * their networks has.
 */
export function overlappingOverlay(
  engine: Engine,
  request: Omit<NetworkRequest, 'driver'> & { readonly subnet: string },
): Fault {
  return {
    name: `overlay network ${request.name} has the subnet ${request.subnet}, which is in use elsewhere`,
    inject: async () => {
      const { id } = await createOverlay(engine, request);
      return async () => await removeOverlay(engine, id);
    },
  };
}

/** Creates a bridge network with the subnet of an overlay network on one host. The host's route leads to the bridge. */
export function overlappingBridge(engine: Engine, name: string, subnet: string): Fault {
  return {
    name: `${engine.machine.name} has a bridge network with the overlay network's subnet ${subnet}`,
    inject: async () => {
      const { id } = await engine.networks.create({ name, driver: 'bridge', subnet });
      return async () => await engine.networks.remove(id);
    },
  };
}

/** Gives a host an address in the range of an overlay network, and with it a route, as a VPN does. */
export function hostInsideOverlay(
  provider: MachineProvider,
  machine: string,
  { link, address }: { readonly link: string; readonly address: string },
): Fault {
  return inMachine(provider, machine, {
    name: `${machine} has the address ${address} in the range of an overlay network`,
    inject: `ip addr add ${address} dev ${link}`,
    undo: `ip addr del ${address} dev ${link}`,
  });
}

/** Routes a part of an overlay network's range through a gateway, as a VPN or a routing daemon does. */
export function routeInsideOverlay(
  provider: MachineProvider,
  machine: string,
  { range, gateway }: { readonly range: string; readonly gateway: string },
): Fault {
  return inMachine(provider, machine, {
    name: `${machine} routes ${range}, a part of an overlay network's range, via ${gateway}`,
    inject: `ip route add ${range} via ${gateway}`,
    undo: `ip route del ${range} via ${gateway}`,
  });
}

async function removeByName(engine: Engine, name: string): Promise<void> {
  const { id } = await engine.networks.inspect(name);
  await removeOverlay(engine, id);
}
