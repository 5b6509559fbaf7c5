import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hasCode, HarnessError } from '../../process/errors/harness-error.ts';
import {
  type AddressRange,
  formatAddress,
  formatRange,
  parseRange,
} from '../../process/address-range.ts';
import { capacityOf, hostAddress, usualRanges } from './machine-addresses.ts';
import { runIp } from './ip.ts';
import { removeCgroups } from '../cgroups/cgroup.ts';
import { type HostLink, readLinks } from './links.ts';
import { macAddress, namespaceFile, switchNamespace, EGRESS } from '../state/names.ts';
import { findOverlap, readHostRoutes } from './routes.ts';
import { type Store } from '../state/store.ts';
import { readVariable } from '../../process/environment.ts';
import { makePrivateFolder, writeAtomically } from '../../process/files/write-atomically.ts';

type Env = Readonly<Record<string, string>>;

/**
 * Creates the address range and the switch of a state directory, if necessary. The switch is a bridge in its own
 * network namespace, so that no firewall of the host filters traffic between machines. One link connects it to the
 * host.
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
        observed: `the machines of the state directory ${store.folder} use ${formatRange(had)}`,
        hint: 'set MACHINE_STORAGE_PATH to another state directory, or remove its machines first',
      });
    }
    if (existsSync(switchFile(store)) && (await isWhole(store, had, env))) return had;
    await removeSwitch(store, env);
    return await makeSwitch(store, [had], true, env);
  }
  // Removes the remains of a switch whose files someone deleted by hand.
  await removeSwitch(store, env);
  return await makeSwitch(
    store,
    asked === undefined ? usualRanges : [asked],
    asked !== undefined,
    env,
  );
}

/** Throws if the range of a state directory has too few addresses for that many new machines. */
export function requireAddresses(store: Store, machines: number, tried: string): void {
  const wanted = readVariable('E2E_SUBNET');
  const usual = wanted === undefined ? usualRanges[0] : parseRange(wanted);
  const range = readStoreRange(store) ?? usual;
  const capacity = range === undefined ? machines : capacityOf(range);
  if (range === undefined || machines <= capacity) return;
  throw new HarnessError({
    code: 'range-full',
    tried,
    observed: `${machines} machines need addresses, and ${formatRange(range)} has ${capacity} for them`,
    hint: 'name fewer hosts, or set E2E_SUBNET to a larger free range, such as 10.99.0.0/16',
  });
}

/** Returns true if the kernel has the switch of a state directory. */
export function hasSwitch(store: Store): boolean {
  return existsSync(switchFile(store));
}

/** Returns true if the state directory has a file with a range, even a damaged one. */
export function hasRange(store: Store): boolean {
  return existsSync(rangeFile(store));
}

/**
 * Removes the switch and its link, if they exist. It finds the link by its MAC address and alias, not by the recorded
 * range, which may be lost.
 */
export async function removeSwitch(store: Store, env: Env): Promise<void> {
  for (const { name } of (await readLinks(env)).filter((link) => isOwn(store, link))) {
    await runIp('switch: remove its link', [`link delete ${name}`], { env }).catch(
      async (error: unknown) => {
        // The kernel removes the link itself, shortly after the namespace of its peer.
        if ((await readLinks(env)).some((link) => link.name === name)) throw error;
      },
    );
  }
  await removeCgroups(store, EGRESS);
  if (!existsSync(switchFile(store))) return;
  const namespace = switchNamespace(store);
  // The kernel empties a namespace with a delay; until then, the host would keep the link and its range.
  await runIp('switch: remove its link', ['link delete host'], { env, namespace }).catch(
    () => undefined,
  );
  await runIp('switch: remove', [`netns delete ${namespace}`], { env });
}

/**
 * Returns true if a link of the host leads to the switch of this state directory; another one may have taken the range
 * while these machines were stopped. The link has its MAC address from its creation; the alias is set last.
 */
function isOwn(store: Store, { name, address, alias }: HostLink): boolean {
  if (!/^e2e-[0-9a-f]{8}$/.test(name)) return false;
  if (alias !== '') return alias === linkAlias(store);
  const first = Number.parseInt(name.slice('e2e-'.length), 16);
  return address === macAddress(store, hostAddress({ first, prefix: 24 }));
}

/** Returns true if the host has the link of a range, and the link is complete: its alias is set last. */
async function isWhole(store: Store, range: AddressRange, env: Env): Promise<boolean> {
  const link = (await readLinks(env)).find(({ name }) => name === hostLink(range));
  return link?.alias === linkAlias(store);
}

/** Returns the alias of the link, which is set once the switch is complete. */
function linkAlias(store: Store): string {
  return `overlay-e2e-${store.id}`;
}

/** Returns the address range of the machines in a state directory; undefined if it has none yet. */
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
    observed: 'damaged: it contains no valid address range',
    hint: 'remove the machines with "overlay-e2e down" and bring them up again',
    cause,
  });
}

/**
 * Returns the name of the host's link to the switch. The name contains the range, so that the kernel refuses a second
 * state directory that creates the same range at the same time.
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
          `this host already routes ${formatRange(inTheWay.range)} through ${inTheWay.device}`,
        );
      continue;
    }
    await makePrivateFolder(join(store.folder, 'netns'));
    await writeAtomically(rangeFile(store), `${formatRange(range)}\n`);
    if (!existsSync(switchFile(store))) await makeBridge(store, range, env);
    if (await makeHostLink(store, range, env)) return range;
    if (only) refuseRange(range, 'in use by another state directory');
  }
  throw new HarnessError({
    code: 'range-in-use',
    tried: 'address range for the machines',
    observed: 'this host already routes every range from 192.168.0.0/24 to 192.168.255.0/24',
    hint: 'set E2E_SUBNET to a free range, such as 10.99.0.0/24',
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

/** Creates the link from the host to the switch. Returns false if another state directory has a link with this name. */
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
 * Restricts a link: the host forwards no traffic that arrives on it, even if it forwards other traffic, as Docker
 * requires. The link has no IPv6 address.
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
    hint: 'set E2E_SUBNET to another range, or unset it to use a free one',
  });
}

function rangeFile(store: Store): string {
  return join(store.folder, 'netns', 'range');
}

function switchFile(store: Store): string {
  return namespaceFile(switchNamespace(store));
}
