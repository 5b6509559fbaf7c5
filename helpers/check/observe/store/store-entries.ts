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
import { MEMBERS_KEY, type StoreEntry } from '../../../cluster/key-value/stores/key-value-store.ts';
import { parseJson } from '../../../process/text/parse-json.ts';
import type { StoreEndpoint, StoreNetwork, StoreView } from '../../model/views/store-view.ts';

/** The key below which engines keep their data. */
export const DOCKER_KEY = 'docker';

/** Interprets the data of engines of Docker 1.9 to 20.10 in a store. */
export function readStoreEntries(
  entries: readonly StoreEntry[],
): Pick<StoreView, 'members' | 'networks' | 'endpoints' | 'strange'> {
  const subnets = readBelow(entries, 'docker/network/v1.0/overlay/network/', overlayValue);
  const networks = readBelow(entries, 'docker/network/v1.0/network/', networkValue);
  const endpoints = readBelow(entries, 'docker/network/v1.0/endpoint/', endpointValue);
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
    endpoints: endpoints.read.flatMap(([path, endpoint]): StoreEndpoint[] => {
      const [networkId = ''] = path.split('/');
      // An endpoint that no container has joined yet has neither.
      const { address, mac } = endpoint;
      return address === undefined || address === '' || mac === undefined || mac === ''
        ? []
        : [{ ...endpoint, networkId, address, mac }];
    }),
    strange: [
      ...members.filter((one) => !isMember(one)).map(({ key }) => key),
      ...[subnets, networks, endpoints].flatMap(({ strange }) => strange),
    ],
  };
}

/** Returns true if it is an engine's own registration: its advertised address. */
function isMember({ value }: StoreEntry): boolean {
  return addressAndPort.safeParse(value).success;
}

/** Returns the values below a key with the rest of their keys, and the keys of invalid values. */
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

const endpointValue = z
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
