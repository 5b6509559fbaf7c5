import { readdirSync } from 'node:fs';
import type { AddressRange } from '../../process/address-range.ts';
import { egressAddress, firstAddresses, hostAddress } from './machine-addresses.ts';
import { hasCode } from '../../process/errors/harness-error.ts';
import { runIp } from './ip.ts';
import type { MachineConfig } from '../state/machine-config.ts';
import { macAddress, machineNamespace, namespaceFolder, switchNamespace } from '../state/names.ts';
import type { Store } from '../state/store.ts';

type Env = Readonly<Record<string, string>>;

/**
 * Creates a machine's network namespace, with an interface `eth1` that has the machine's MAC and IP address and is
 * connected to the switch. The MAC addresses of other machines follow from their addresses, even before they exist.
 */
export async function connectLink(
  store: Store,
  config: MachineConfig,
  range: AddressRange,
  env: Env,
): Promise<void> {
  const { IPAddress, Egress, FixedNeighbors = 0 } = config.Driver;
  const neighbors =
    FixedNeighbors === 0 ? [] : [hostAddress(range), ...firstAddresses(range, FixedNeighbors)];
  await connectEnd(store, config, env, [
    `address add ${IPAddress}/${range.prefix} brd + dev eth1`,
    'link set lo up',
    'link set eth1 up',
    ...neighbors
      .filter((address) => address !== IPAddress)
      .map((address) => {
        const mac = macAddress(store, address);
        return `neighbor replace ${address} lladdr ${mac} dev eth1 nud permanent`;
      }),
    ...(Egress ? [`route add default via ${egressAddress(range)}`] : []),
  ]);
}

/**
 * Gives a machine with its own kernel its network namespace, and `eth1` in it without an address, plugged into the
 * switch. The machine's kernel sends and receives its packets there, with the machine's MAC and address.
 */
export async function connectBareLink(
  store: Store,
  config: MachineConfig,
  env: Env,
): Promise<void> {
  await connectEnd(store, config, env, ['link set eth1 addrgenmode none', 'link set eth1 up']);
}

/** @param inside lines of `ip` that configure `eth1` in the machine's network namespace */
async function connectEnd(
  store: Store,
  config: MachineConfig,
  env: Env,
  inside: readonly string[],
): Promise<void> {
  const { IPAddress, MACAddress } = config.Driver;
  const namespace = machineNamespace(store, config.Name);
  const port = `m${IPAddress.split('.').slice(2).join('.')}`;
  const stale = readdirSync(namespaceFolder).includes(namespace);
  const link = `link add ${port} netns ${switchNamespace(store)} type veth peer name eth1 address ${MACAddress} netns ${namespace}`;
  const title = `machine ${config.Name}: network namespace and link`;
  const fresh = [...(stale ? [`netns delete ${namespace}`] : []), `netns add ${namespace}`];
  try {
    await runIp(title, [...fresh, link], { env });
  } catch (error) {
    if (!hasCode(error, 'name-taken')) throw error;
    // The kernel still holds an earlier namespace of this machine, which contains the peer of this port.
    const inSwitch = { env, namespace: switchNamespace(store) };
    await runIp(`${title}: remove the earlier port`, [`link delete ${port}`], inSwitch);
    await runIp(title, [link], { env });
  }
  await Promise.all([
    runIp(`machine ${config.Name}: switch port`, [`link set ${port} master br0 up`], {
      env,
      namespace: switchNamespace(store),
    }),
    runIp(`machine ${config.Name}: eth1`, inside, { env, namespace }),
  ]);
}
