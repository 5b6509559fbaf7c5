import { createOverlay, removeOverlay } from '../../helpers/cluster/overlay-network.ts';
import type { Engine } from '../../helpers/docker/engine.ts';
import type { NetworkRequest } from '../../helpers/docker/networks.ts';
import type { MachineProvider } from '../../helpers/machine/machine.ts';
import { type Fault, inMachine } from './fault.ts';

/** A network of one engine alone that has the name of an overlay. */
export function localNamesake(engine: Engine, network: string): Fault {
  return {
    name: `${engine.machine.name} has a bridge network of its own that is called ${network}`,
    inject: async () => {
      const { id } = await engine.networks.create({ name: network, driver: 'bridge' });
      return async () => await engine.networks.remove(id);
    },
  };
}

/** A network that nobody is on was removed, and is there no more on any host. */
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

/** A network that nobody is on was made anew by another name, with all else as it was. */
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

/** A network that nobody is on was made anew by the same name, with another subnet. */
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

/** One more overlay, whose subnet is also in use elsewhere: engines take any that no other of their networks has. */
export function overlappingOverlay(
  engine: Engine,
  request: Omit<NetworkRequest, 'driver'> & { readonly subnet: string },
): Fault {
  return {
    name: `overlay ${request.name} has the subnet ${request.subnet}, which others have too`,
    inject: async () => {
      const { id } = await createOverlay(engine, request);
      return async () => await removeOverlay(engine, id);
    },
  };
}

/** A bridge network of one host that has the subnet of an overlay: the host's own route leads there, not to the overlay. */
export function overlappingBridge(engine: Engine, name: string, subnet: string): Fault {
  return {
    name: `${engine.machine.name} has a bridge network with the overlay's subnet ${subnet}`,
    inject: async () => {
      const { id } = await engine.networks.create({ name, driver: 'bridge', subnet });
      return async () => await engine.networks.remove(id);
    },
  };
}

/** The host has an address in an overlay's range, and with it a route to all of it: as a VPN gives one, say. */
export function hostInsideOverlay(
  provider: MachineProvider,
  machine: string,
  { link, address }: { readonly link: string; readonly address: string },
): Fault {
  return inMachine(provider, machine, {
    name: `${machine} has the address ${address} of an overlay's range`,
    inject: `ip addr add ${address} dev ${link}`,
    undo: `ip addr del ${address} dev ${link}`,
  });
}

/** The host sends a part of an overlay's range through a gateway: as a VPN or a site's routing daemon does. */
export function routeInsideOverlay(
  provider: MachineProvider,
  machine: string,
  { range, gateway }: { readonly range: string; readonly gateway: string },
): Fault {
  return inMachine(provider, machine, {
    name: `${machine} routes ${range}, a part of an overlay's range, via ${gateway}`,
    inject: `ip route add ${range} via ${gateway}`,
    undo: `ip route del ${range} via ${gateway}`,
  });
}

async function removeByName(engine: Engine, name: string): Promise<void> {
  const { id } = await engine.networks.inspect(name);
  await removeOverlay(engine, id);
}
