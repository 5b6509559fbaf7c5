import { z } from 'zod';
import { parseJson } from '../../process/text/parse-json.ts';
import { addressesOfLink } from '../derive/own-addresses.ts';
import { readFirewall } from '../observe/kernel/firewall.ts';
import { observeEncryption } from '../observe/kernel/encryption.ts';
import {
  readForwarding,
  readLinks,
  readNeighbors,
  readRoutes,
} from '../observe/kernel/ip-answers.ts';
import { type KernelAccess, query } from '../observe/kernel/query-kernel.ts';
import { readTables } from '../observe/services/balancers.ts';
import { valueOf } from '../model/observed.ts';
import type { TracePlace } from '../model/trace.ts';
import type { Namespace } from '../probe/namespace.ts';
import type { LinkNumber, PlaceTables } from './place-tables.ts';

/** The parts of a host's or container's tables that a trace needs only at times. */
export interface ReadOptions {
  /** Reads rules that drop packets: where one was lost. */
  readonly rules: boolean;
  /** Reads the entries that encrypt overlays. */
  readonly encryption: boolean;
  readonly vxlanPort: number;
  readonly salt: string;
}

/** Reads the tables of a namespace that decide the path of packets. */
export async function readPlace(
  access: KernelAccess,
  { place, namespace }: { readonly place: TracePlace; readonly namespace: Namespace },
  options: ReadOptions,
): Promise<PlaceTables> {
  const { kind } = place;
  const isHost = kind === 'host';
  const isBalancer = kind === 'load-balancer' || kind === 'mesh';
  const path = typeof namespace === 'object' && 'path' in namespace ? namespace.path : undefined;
  const [{ links, numbers }, routes, neighbors, forwarding, balancer, nat, encryption, drops] =
    await Promise.all([
      query(access, namespace, ['ip', '-j', '-d', '-s', 'address', 'show'], (output) => ({
        links: readLinks(output),
        numbers: readNumbers(output),
      })),
      query(access, namespace, ['ip', '-4', '-j', 'route', 'show', 'table', 'all'], readRoutes),
      query(access, namespace, ['ip', '-4', '-j', 'neighbour', 'show'], readNeighbors),
      kind === 'overlay'
        ? query(access, namespace, ['bridge', '-j', 'fdb', 'show'], readForwarding)
        : [],
      isBalancer && path !== undefined ? readTables(access, path) : undefined,
      isHost || kind === 'container' ? readRules(access, namespace, 'nat', isRewriting) : [],
      isHost && options.encryption ? observeEncryption(access, options.salt) : undefined,
      options.rules && !isHost ? readRules(access, namespace, 'filter', isDropping) : undefined,
    ]);
  const addresses = links.flatMap(({ link }) => addressesOfLink(link));
  const firewall =
    options.rules && isHost
      ? (await readFirewall(access, addresses, options.vxlanPort)).rules
      : undefined;
  return {
    place,
    links,
    numbers,
    routes,
    neighbors,
    forwarding,
    balancer,
    nat,
    encryption: valueOf(encryption),
    firewall,
    drops,
  };
}

const numbersAnswer = z.array(
  z.looseObject({
    ifname: z.string(),
    ifindex: z.int(),
    address: z.string().default(''),
    link_index: z.int().optional(),
  }),
);

/** Reads the numbers of interfaces in the output of `ip -json address show`. */
function readNumbers(output: string): LinkNumber[] {
  return numbersAnswer.parse(parseJson(output)).map(({ ifname, ifindex, address, link_index }) => ({
    name: ifname,
    mac: address,
    index: ifindex,
    peer: link_index,
  }));
}

/** Rules of a namespace that are kept at most. */
const MOST = 1000;

/** Reads the rules of a table in a namespace, of both backends of iptables. */
async function readRules(
  access: KernelAccess,
  namespace: Namespace,
  table: 'nat' | 'filter',
  isWanted: (line: string) => boolean,
): Promise<string[]> {
  const texts = await Promise.all(
    (['iptables-legacy-save', 'iptables-nft-save'] as const).map(
      async (program) => await query(access, namespace, [program, '-t', table], (text) => text),
    ),
  );
  return texts.flatMap((text) => text.split('\n').filter(isWanted)).slice(0, MOST);
}

/** Returns true for a rule or policy that drops or rejects packets. */
function isDropping(line: string): boolean {
  return /^-A .*-j (?:DROP|REJECT)\b|^:\w+ DROP\b/.test(line);
}

/** Returns true for a rule that rewrites the destination of packets. */
function isRewriting(line: string): boolean {
  return /^-A .*-j (?:DNAT|REDIRECT)\b/.test(line);
}
