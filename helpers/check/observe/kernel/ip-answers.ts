import { ipAddress, macAddress } from '../../../process/text/reported-values.ts';
import { z } from 'zod';
import { parseJson } from '../../../process/text/parse-json.ts';
import type {
  ForwardingEntry,
  LinkView,
  NeighborEntry,
  NeighborTable,
  RouteView,
} from '../../model/views/kernel-view.ts';

const counters = z.looseObject({
  packets: z.number(),
  dropped: z.number(),
  errors: z.number(),
});

const linkAnswer = z.looseObject({
  ifname: z.string(),
  address: z.string().default(''),
  mtu: z.number(),
  flags: z.array(z.string()),
  linkinfo: z
    .looseObject({
      info_kind: z.string().default(''),
      info_data: z
        .looseObject({
          id: z.unknown().optional(),
          port: z.unknown().optional(),
          local: z.unknown().optional(),
        })
        .optional(),
    })
    .optional(),
  addr_info: z
    .array(
      z.looseObject({
        family: z.string().optional(),
        local: z.string().optional(),
        prefixlen: z.number().optional(),
      }),
    )
    .default([]),
  stats64: z.looseObject({ rx: counters, tx: counters }).optional(),
});

/** The settings of a VXLAN device. */
export interface VxlanSettings {
  readonly vni: number;
  readonly port: number;
  readonly local: string | undefined;
}

const vxlanSettings = z
  .looseObject({ id: z.number(), port: z.number(), local: z.string().optional() })
  .transform(({ id: vni, port, local }): VxlanSettings => ({ vni, port, local }));

/** A link, and its settings if it is a VXLAN device. */
export interface ReadLink {
  readonly link: LinkView;
  readonly vxlan: VxlanSettings | undefined;
}

/** Reads `ip -json -details -statistics address show`. */
export function readLinks(output: string): ReadLink[] {
  return readList(output, linkAnswer).map(
    ({ ifname, address, mtu, flags, linkinfo, addr_info, stats64 }) => {
      const kind = linkinfo?.info_kind ?? '';
      const none = { packets: 0, dropped: 0, errors: 0 };
      const { rx = none, tx = none } = stats64 ?? {};
      return {
        link: {
          name: ifname,
          kind,
          mac: address,
          mtu,
          isUp: flags.includes('UP'),
          addresses: addr_info.flatMap(({ family, local, prefixlen }) =>
            family === 'inet' && local !== undefined ? [`${local}/${prefixlen ?? 32}`] : [],
          ),
          received: pickCounters(rx),
          sent: pickCounters(tx),
        },
        // A device that packets configure ("external") has no number.
        vxlan: kind === 'vxlan' ? vxlanSettings.safeParse(linkinfo?.info_data).data : undefined,
      };
    },
  );
}

function pickCounters({ packets, dropped, errors }: z.infer<typeof counters>) {
  return { packets, dropped, errors };
}

const forwardingAnswer = z.looseObject({
  mac: macAddress,
  ifname: z.string(),
  dst: ipAddress.optional(),
  port: z.number().optional(),
  vni: z.number().optional(),
  state: z.string().default(''),
});

/** Reads `bridge -json fdb show`: the entries of each device. Entries that are not learned stay: `permanent` or `static`. */
export function readForwarding(output: string): (ForwardingEntry & { readonly device: string })[] {
  return readList(output, forwardingAnswer).map(({ mac, ifname, dst, port, vni, state }) => ({
    device: ifname,
    mac,
    destination: dst,
    port,
    vni,
    isPermanent: state === 'permanent' || state === 'static',
  }));
}

const neighborAnswer = z.looseObject({
  dst: ipAddress,
  dev: z.string(),
  lladdr: z.string().optional(),
  state: z.array(z.string()).default([]),
});

/** Reads `ip -4 -json neighbour show`. */
export function readNeighbors(output: string): NeighborEntry[] {
  return readList(output, neighborAnswer).map(({ dst, dev, lladdr, state }) => ({
    address: dst,
    device: dev,
    mac: lladdr,
    state: state.join(' '),
  }));
}

const tableAnswer = z.looseObject({
  thresh3: z.number().optional(),
  table_fulls: z.number().optional(),
});

/** Reads `ip -statistics -json ntable show name arp_cache`; undefined where the kernel does not count. */
export function readNeighborTable(
  output: string,
): Pick<NeighborTable, 'capacity' | 'refused'> | undefined {
  // One for the whole kernel, and the settings of each device.
  for (const { thresh3: room, table_fulls: refused } of readList(output, tableAnswer)) {
    if (room !== undefined && refused !== undefined) return { capacity: room, refused };
  }
  return undefined;
}

const routeAnswer = z.looseObject({
  type: z.string().default('unicast'),
  dst: z.string(),
  dev: z.string().optional(),
  gateway: z.string().optional(),
  prefsrc: z.string().optional(),
  // ip leaves it out for routes that it has added itself.
  protocol: z.union([z.string(), z.number()]).default('boot'),
  table: z.union([z.string(), z.number()]).default('main'),
  metrics: z.array(z.looseObject({ mtu: z.number().optional() })).default([]),
});

/** Reads `ip -4 -json -details route show table all`, without routes to the kernel's own addresses. */
export function readRoutes(output: string): RouteView[] {
  return readList(output, routeAnswer)
    .filter(({ table, type }) => table !== 'local' && type === 'unicast')
    .map(({ dst, dev, gateway, prefsrc, protocol, table, metrics }) => ({
      destination: dst,
      device: dev,
      gateway,
      source: prefsrc,
      mtu: metrics.find(({ mtu }) => mtu !== undefined)?.mtu,
      table: String(table),
      protocol: String(protocol),
    }));
}

const offloadAnswer = z.array(
  z.record(z.string(), z.union([z.string(), z.looseObject({ active: z.boolean() })])),
);

/** Reads `ethtool --json --show-features DEVICE`. */
export function readOffload(output: string): Record<string, boolean> {
  const [settings = {}] = offloadAnswer.parse(parseJson(output));
  return Object.fromEntries(
    Object.entries(settings).flatMap(([name, value]) =>
      typeof value === 'string' ? [] : [[name, value.active] as const],
    ),
  );
}

/** These programs write nothing for an empty list, and `{}` for filtered entries. */
function readList<T>(output: string, schema: z.ZodType<T>): T[] {
  if (output.trim() === '') return [];
  const entries = z.array(z.looseObject({})).parse(parseJson(output));
  return z.array(schema).parse(entries.filter((entry) => Object.keys(entry).length > 0));
}
