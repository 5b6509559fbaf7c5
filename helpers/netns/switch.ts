import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HarnessError } from '../process/harness-error.ts';
import {
  type AddressRange,
  formatRange,
  hostAddress,
  parseRange,
  usualRanges,
} from './address-range.ts';
import { runIp } from './ip.ts';
import { macAddress, namespaceFile, switchNamespace } from './names.ts';
import { findOverlap, readRoutes } from './routes.ts';
import { makePrivateFolder, type Store, writeWhole } from './store.ts';

type Env = Readonly<Record<string, string>>;

/**
 * Sees to it that the store has its range and its switch: a bridge in a network namespace of its own, so that no
 * firewall of the host filters what machines say to each other, and one link from it to the host.
 */
export async function ensureSwitch(
  store: Store,
  wanted: string | undefined,
  env: Env,
): Promise<AddressRange> {
  const asked = wanted === undefined ? undefined : parseRange(wanted);
  const had = readStoreRange(store);
  if (had !== undefined) {
    if (asked !== undefined && formatRange(asked) !== formatRange(had)) {
      throw new HarnessError({
        tried: `address range ${formatRange(asked)}`,
        observed: `the machines of store ${store.folder} are in ${formatRange(had)}`,
        remedy: 'use another store (MACHINE_STORAGE_PATH), or remove its machines first',
      });
    }
    if (existsSync(`/sys/class/net/${hostLink(had)}`) && existsSync(switchFile(store))) return had;
    await removeSwitch(store, env);
    return await makeSwitch(store, [had], true, env);
  }
  return await makeSwitch(
    store,
    asked === undefined ? usualRanges : [asked],
    asked !== undefined,
    env,
  );
}

/** Takes the switch and its link down; what is not there is not an error. */
export async function removeSwitch(store: Store, env: Env): Promise<void> {
  const range = readStoreRange(store);
  if (range !== undefined && existsSync(`/sys/class/net/${hostLink(range)}`)) {
    await runIp('switch: remove', [`link delete ${hostLink(range)}`], { env });
  }
  if (existsSync(switchFile(store))) {
    await runIp('switch: remove', [`netns delete ${switchNamespace(store)}`], { env });
  }
}

/** The range that the store's machines have, once it has one. */
export function readStoreRange(store: Store): AddressRange | undefined {
  try {
    return parseRange(readFileSync(rangeFile(store), 'utf8').trim());
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * The host's end of the link to the switch. It is named by the range: the kernel itself refuses a second store that
 * wants the same range at the same moment.
 */
export function hostLink({ first }: AddressRange): string {
  return `e2e-${first.toString(16).padStart(8, '0')}`;
}

async function makeSwitch(
  store: Store,
  candidates: readonly AddressRange[],
  only: boolean,
  env: Env,
): Promise<AddressRange> {
  const routes = await readRoutes(env);
  const namespace = switchNamespace(store);
  for (const range of candidates) {
    const inTheWay = findOverlap(routes, range);
    if (inTheWay !== undefined) {
      if (only)
        refuseRange(
          range,
          `this host routes ${formatRange(inTheWay.range)} through ${inTheWay.device} already`,
        );
      continue;
    }
    await makePrivateFolder(join(store.folder, 'netns'));
    await writeWhole(rangeFile(store), `${formatRange(range)}\n`);
    if (!existsSync(switchFile(store))) {
      await runIp('switch: namespace', [`netns add ${namespace}`], { env });
    }
    const link = hostLink(range);
    const address = hostAddress(range);
    try {
      await runIp(
        `switch: link ${link} of the host`,
        [
          `link add ${link} address ${macAddress(store, address)} type veth peer name host netns ${namespace}`,
          `address add ${address}/${range.prefix} dev ${link}`,
          `link set ${link} alias overlay-e2e-${store.id} up`,
        ],
        { env },
      );
    } catch (error) {
      if (!(error as Error).message.includes('File exists')) throw error;
      if (only) refuseRange(range, 'another store has it');
      continue;
    }
    await runIp(
      'switch: bridge',
      [
        'link set lo up',
        `link add br0 address ${macAddress(store, '0')} type bridge forward_delay 0 mcast_snooping 0`,
        'link set host master br0 up',
        'link set br0 up',
      ],
      { env, namespace },
    );
    return range;
  }
  throw new HarnessError({
    tried: 'address range for the machines',
    observed: `this host routes each of 192.168.0.0/24 to 192.168.255.0/24 already`,
    remedy: 'name a free one: E2E_SUBNET=10.99.0.0/24',
  });
}

function refuseRange(range: AddressRange, observed: string): never {
  throw new HarnessError({
    tried: `address range ${formatRange(range)}`,
    observed,
    remedy: 'ask for another (E2E_SUBNET), or for none to get a free one',
  });
}

function rangeFile(store: Store): string {
  return join(store.folder, 'netns', 'range');
}

function switchFile(store: Store): string {
  return namespaceFile(switchNamespace(store));
}
