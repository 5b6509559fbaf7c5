import { z } from 'zod';
import { wordOf } from './namespace.ts';
import {
  type Capture,
  type InjectedPacket,
  type Packets,
  sniffedSources,
  type TrialRequest,
  type TrialResult,
} from './packets.ts';

/** Sends a command to the agent and validates its response. */
export type CallAgent = <T>(response: z.ZodType<T>, words: readonly string[]) => Promise<T>;

const listenersResponse = z.array(
  z.union([
    z.object({ error: z.string() }),
    z.object({
      udp: z.number(),
      tcp: z.number(),
      links: z.array(z.object({ name: z.string(), address: z.string(), mtu: z.number() })),
    }),
  ]),
);

const resultsResponse = z.array(
  z.object({
    trial: z.string(),
    answered: z.boolean(),
    from: z.string().nullable(),
    error: z.string().nullable(),
    milliseconds: z.number().nullable(),
    sends: z.number(),
    keys: z.array(z.string()),
  }),
);

const injectResponse = z.array(z.object({ trial: z.string(), error: z.string().nullable() }));

const captureLine = z
  .string()
  .regex(/^\S+ \S+ (in|out) (request|reply|syn|syn-ack|data) (- - -|[\d.]+ [\d.]+ \d+) \d+$/)
  .transform((line): Capture => {
    const [
      namespace = '',
      device = '',
      direction,
      what,
      source = '',
      destination = '',
      vni,
      count,
    ] = line.split(' ');
    return {
      namespace,
      device,
      direction: direction as Capture['direction'],
      what: what as Capture['what'],
      outer: source === '-' ? undefined : { source, destination, vni: Number(vni) },
      count: Number(count),
    };
  });

const capturesResponse = z.object({
  lost: z.number(),
  captures: z.record(z.string(), z.array(captureLine)),
});

/** Implements {@link Packets} with the verbs of the agent: agent/PROTOCOL.md. */
export function openPackets(call: CallAgent): Packets {
  return {
    expect: async (run) => {
      await call(z.array(z.never()), ['expect', run]);
    },
    capture: async (port, namespaces) =>
      await call(z.array(z.string()), ['capture', `${port}`, ...namespaces.map(wordOf)]),
    listen: async (namespaces) =>
      await call(listenersResponse, ['listen', ...namespaces.map(wordOf)]),
    request: async (requests) =>
      (await call(resultsResponse, ['request', ...requests.map(wordOfRequest)])).map(readResult),
    results: async (ids) => (await call(resultsResponse, ['results', ...ids])).map(readResult),
    inject: async (packets) => {
      const sent = await call(injectResponse, ['inject', ...packets.map(wordOfInjected)]);
      return new Map(
        sent.flatMap(({ trial, error }) => (error === null ? [] : [[trial, error] as const])),
      );
    },
    received: async (ids) => new Set(await call(z.array(z.string()), ['received', ...ids])),
    captures: async (keys) => {
      const { lost, captures } = await call(capturesResponse, ['captured', ...keys]);
      return { lost, captures: new Map(Object.entries(captures)) };
    },
    sniff: async (transport, port, sources) => {
      await call(z.array(z.never()), ['sniff', transport, `${port}`, ...sources]);
    },
    sniffed: async (transport, port) =>
      await call(sniffedSources, ['sniffed', transport, `${port}`]),
  };
}

function readResult({
  trial,
  answered,
  from,
  error,
  milliseconds,
  sends,
  keys,
}: z.infer<typeof resultsResponse>[number]): TrialResult {
  return {
    id: trial,
    answered,
    from: from ?? undefined,
    error: error ?? undefined,
    milliseconds: milliseconds ?? undefined,
    sends,
    keys,
  };
}

function wordOfRequest(request: TrialRequest): string {
  const { id, protocol, namespace, source, destination, port, size } = request;
  return [id, protocol, wordOf(namespace), source, destination, port, size].join(',');
}

function wordOfInjected(packet: InjectedPacket): string {
  const { id, kind, source, destination, port } = packet;
  const addresses = [source, destination, port];
  switch (kind) {
    case 'frame': {
      const { namespace, device, toMac, fromMac } = packet;
      return [id, kind, wordOf(namespace), device, toMac, fromMac, ...addresses].join(',');
    }
    case 'tunnel': {
      const { host, vxlanPort, vni, toMac, fromMac } = packet;
      return [id, kind, host, vxlanPort, vni, toMac, fromMac, ...addresses].join(',');
    }
    default:
      return [id, kind, wordOf(packet.namespace), ...addresses].join(',');
  }
}
