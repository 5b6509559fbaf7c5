import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hasCode, HarnessError } from '../../process/errors/harness-error.ts';
import {
  type AddressRange,
  formatAddress,
  formatRange,
  parseRange,
} from '../../process/address-range.ts';
import { hostAddress, usualRanges } from './machine-addresses.ts';
import { runIp } from './ip.ts';
import { removeCgroups } from '../cgroups/cgroup.ts';
import { type HostLink, readLinks } from './links.ts';
import { macAddress, namespaceFile, switchNamespace, EGRESS } from '../state/names.ts';
import { findOverlap, readHostRoutes } from './routes.ts';
import { type Store } from '../state/store.ts';
import { makePrivateFolder, writeAtomically } from '../../process/files/write-atomically.ts';

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
        code: 'range-in-use',
        tried: `address range ${formatRange(asked)}`,
        observed: `the machines of store ${store.folder} are in ${formatRange(had)}`,
        remedy: 'use another store (MACHINE_STORAGE_PATH), or remove its machines first',
      });
    }
    if (existsSync(switchFile(store)) && (await isWhole(store, had, env))) return had;
    await removeSwitch(store, env);
    return await makeSwitch(store, [had], true, env);
  }
  // There is none, but for what is left when someone removed the store's files by hand.
  await removeSwitch(store, env);
  return await makeSwitch(
    store,
    asked === undefined ? usualRanges : [asked],
    asked !== undefined,
    env,
  );
}

/** Whether the kernel has the switch of a store. */
export function hasSwitch(store: Store): boolean {
  return existsSync(switchFile(store));
}

/** Whether a range is noted in the store, be it a damaged one. */
export function hasRange(store: Store): boolean {
  return existsSync(rangeFile(store));
}

/**
 * Removes the switch and its link; a missing one is not an error. The link is found by its marks in the kernel, so that
 * it goes also when the store's note of its range is gone.
 */
export async function removeSwitch(store: Store, env: Env): Promise<void> {
  for (const { name } of (await readLinks(env)).filter((link) => isOwn(store, link))) {
    await runIp('switch: remove its link', [`link delete ${name}`], { env }).catch(
      async (error: unknown) => {
        // The kernel removes it itself, a moment after the namespace at its other end went.
        if ((await readLinks(env)).some((link) => link.name === name)) throw error;
      },
    );
  }
  await removeCgroups(store, EGRESS);
  if (!existsSync(switchFile(store))) return;
  const namespace = switchNamespace(store);
  // The kernel takes its time to empty a namespace, and for so long the host would keep the link and its range.
  await runIp('switch: remove its link', ['link delete host'], { env, namespace }).catch(
    () => undefined,
  );
  await runIp('switch: remove', [`netns delete ${namespace}`], { env });
}

/**
 * Whether a link of the host leads to this store's switch: another store may have taken the range while this one's
 * machines were down. Its MAC address is the store's from its first moment on; the alias comes last.
 */
function isOwn(store: Store, { name, address, alias }: HostLink): boolean {
  if (!/^e2e-[0-9a-f]{8}$/.test(name)) return false;
  if (alias !== '') return alias === linkAlias(store);
  const first = Number.parseInt(name.slice('e2e-'.length), 16);
  return address === macAddress(store, hostAddress({ first, prefix: 24 }));
}

/** Whether the host has the link of a range with the mark that it gets last. */
async function isWhole(store: Store, range: AddressRange, env: Env): Promise<boolean> {
  const link = (await readLinks(env)).find(({ name }) => name === hostLink(range));
  return link?.alias === linkAlias(store);
}

/** What the link of a store's switch is marked with, once all of the switch is there. */
function linkAlias(store: Store): string {
  return `overlay-e2e-${store.id}`;
}

/** The range that the store's machines have, once it has one. */
export function readStoreRange(store: Store): AddressRange | undefined {
  const file = rangeFile(store);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (['ENOENT', 'ENOTDIR'].includes(code)) return undefined;
    throw damagedRange(file, error);
  }
  try {
    return parseRange(text.trim());
  } catch (error) {
    throw damagedRange(file, error);
  }
}

function damagedRange(file: string, cause: unknown): HarnessError {
  return new HarnessError({
    code: 'state-unreadable',
    tried: `read ${file}`,
    observed: 'it is not the address range of the machines any more',
    remedy: 'remove the machines with "overlay-e2e down" and bring them up again',
    cause,
  });
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
  const routes = await readHostRoutes(env);
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
    await writeAtomically(rangeFile(store), `${formatRange(range)}\n`);
    if (!existsSync(switchFile(store))) await makeBridge(store, range, env);
    if (await makeHostLink(store, range, env)) return range;
    if (only) refuseRange(range, 'another store has it');
  }
  throw new HarnessError({
    code: 'range-in-use',
    tried: 'address range for the machines',
    observed: `this host routes each of 192.168.0.0/24 to 192.168.255.0/24 already`,
    remedy: 'name a free one: E2E_SUBNET=10.99.0.0/24',
  });
}

async function makeBridge(store: Store, range: AddressRange, env: Env): Promise<void> {
  const namespace = switchNamespace(store);
  const mac = macAddress(store, formatAddress(range.first));
  await runIp('switch: namespace', [`netns add ${namespace}`], { env });
  await runIp(
    'switch: bridge',
    [
      'link set lo up',
      `link add br0 address ${mac} type bridge forward_delay 0 mcast_snooping 0`,
      'link set br0 up',
    ],
    { env, namespace },
  );
}

/** The link from the host to the switch. Gives false when another store has one of this name. */
async function makeHostLink(store: Store, range: AddressRange, env: Env): Promise<boolean> {
  const namespace = switchNamespace(store);
  const link = hostLink(range);
  const address = hostAddress(range);
  try {
    await runIp(
      `switch: link ${link} of the host`,
      [
        `link add ${link} address ${macAddress(store, address)} type veth peer name host netns ${namespace}`,
      ],
      { env },
    );
  } catch (error) {
    if (hasCode(error, 'name-taken')) return false;
    throw error;
  }
  closeLink(link);
  await runIp('switch: port of the host', ['link set host master br0 up'], { env, namespace });
  await runIp(
    `switch: address of the host, ${address}`,
    [
      `address add ${address}/${range.prefix} dev ${link}`,
      `link set ${link} up`,
      `link set ${link} alias ${linkAlias(store)}`,
    ],
    { env },
  );
  return true;
}

/**
 * The host forwards nothing that comes in by this link, also where it forwards for others (Docker has it do so), and has
 * one address there: none of IPv6 that it would give itself.
 */
function closeLink(link: string): void {
  writeFileSync(`/proc/sys/net/ipv4/conf/${link}/forwarding`, '0');
  const version6 = `/proc/sys/net/ipv6/conf/${link}/disable_ipv6`;
  if (existsSync(version6)) writeFileSync(version6, '1');
}

function refuseRange(range: AddressRange, observed: string): never {
  throw new HarnessError({
    code: 'range-in-use',
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
