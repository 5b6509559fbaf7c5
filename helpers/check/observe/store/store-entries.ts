import {
  addressAndPort,
  containerName,
  dockerId,
  ipAddressOrNone,
  macAddressOrNone,
  networkName,
  subnet,
  subnetOrNone,
} from '../../../process/text/reported-values.ts';
import { z } from 'zod';
import { MEMBERS_KEY, type StoreEntry } from '../../../cluster/key-value/key-value-store.ts';
import { parseJson } from '../../../process/text/parse-json.ts';
import type { StoreEnd, StoreNetwork, StoreView } from '../../model/store-view.ts';

/** All that engines keep in a store is below this key. */
export const DOCKER_KEY = 'docker';

/** What engines of Docker 1.9 to 20.10 mean by what they keep in a store. */
export function readStoreEntries(
  entries: readonly StoreEntry[],
): Pick<StoreView, 'members' | 'networks' | 'ends' | 'strange'> {
  const subnets = readBelow(entries, 'docker/network/v1.0/overlay/network/', overlayValue);
  const networks = readBelow(entries, 'docker/network/v1.0/network/', networkValue);
  const ends = readBelow(entries, 'docker/network/v1.0/endpoint/', endValue);
  const members = entries.filter(({ key }) => key.startsWith(MEMBERS_KEY));
  return {
    members: members.filter(isMember).map(({ value }) => ({ advertised: value })),
    networks: networks.read.map(([, network]): StoreNetwork => {
      const own = subnets.read.find(([id]) => id === network.id)?.[1] ?? [];
      const { id, name, driver, pools } = network;
      return {
        id,
        name,
        driver,
        subnets: own.length === 0 ? pools : own.map((one) => one.subnet),
        vnis: own.map(({ vni }) => vni),
      };
    }),
    ends: ends.read.flatMap(([path, end]): StoreEnd[] => {
      const [networkId = ''] = path.split('/');
      // One that no container has joined yet has neither.
      const { address, mac } = end;
      return address === undefined || address === '' || mac === undefined || mac === ''
        ? []
        : [{ ...end, networkId, address, mac }];
    }),
    strange: [
      ...members.filter((one) => !isMember(one)).map(({ key }) => key),
      ...[subnets, networks, ends].flatMap(({ strange }) => strange),
    ],
  };
}

/** Whether it is what an engine writes of itself: where the others find it. */
function isMember({ value }: StoreEntry): boolean {
  return addressAndPort.safeParse(value).success;
}

/** The values below a key, each with the rest of its own key; and the keys of those that are not what they must be. */
function readBelow<T>(
  entries: readonly StoreEntry[],
  prefix: string,
  shape: z.ZodType<T>,
): { read: (readonly [path: string, value: T])[]; strange: string[] } {
  const found = entries
    .filter(({ key }) => key.startsWith(prefix))
    .map(({ key, value }) => {
      const path = key.slice(prefix.length).replace(/\/$/, '');
      return { key, path, parsed: shape.safeParse(parseJson(value)) };
    });
  return {
    read: found.flatMap(({ path, parsed }) =>
      parsed.success ? [[path, parsed.data] as const] : [],
    ),
    strange: found.flatMap(({ key, parsed }) => (parsed.success ? [] : [key])),
  };
}

const overlayValue = z
  .looseObject({ subnets: z.array(z.looseObject({ SubnetIP: subnet, Vni: z.int() })) })
  .transform(({ subnets }) => subnets.map(({ SubnetIP, Vni }) => ({ subnet: SubnetIP, vni: Vni })));

/** JSON in a text of JSON in a text of JSON. */
const pools = z.array(z.looseObject({ IPAMData: z.string() }));
const pool = z.looseObject({ Pool: subnet });

const networkValue = z
  .looseObject({
    id: dockerId,
    name: networkName,
    networkType: z.string(),
    ipamV4Info: z.string().default('[]'),
  })
  .transform(({ id, name, networkType, ipamV4Info }) => ({
    id,
    name,
    driver: networkType,
    pools: (pools.safeParse(parseJson(ipamV4Info)).data ?? []).flatMap(
      ({ IPAMData }) => pool.safeParse(parseJson(IPAMData)).data?.Pool ?? [],
    ),
  }));

const endValue = z
  .looseObject({
    id: dockerId,
    name: containerName,
    locator: ipAddressOrNone.default(''),
    ep_iface: z
      .looseObject({ addr: subnetOrNone.optional(), mac: macAddressOrNone.optional() })
      .nullish(),
  })
  .transform(({ id, name, locator, ep_iface: card }) => ({
    id,
    name,
    locator,
    address: card?.addr?.split('/', 1)[0],
    mac: card?.mac,
  }));
