import { z } from 'zod';
import { wordOf } from './namespace.ts';
import type { Caught, Packets, Question, QuestionResult, Thrown } from './packets.ts';

/** Sends words to the agent, and parses its answer. */
export type Ask = <T>(answer: z.ZodType<T>, words: readonly string[]) => Promise<T>;

const listenerAnswer = z.array(
  z.union([
    z.object({ error: z.string() }),
    z.object({
      udp: z.number(),
      tcp: z.number(),
      links: z.array(z.object({ name: z.string(), address: z.string(), mtu: z.number() })),
    }),
  ]),
);

const resultsAnswer = z.array(
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

const thrownAnswer = z.array(z.object({ trial: z.string(), error: z.string().nullable() }));

const caughtLine = z
  .string()
  .regex(/^\S+ \S+ (in|out) (question|answer|syn|syn-ack|data) (- - -|[\d.]+ [\d.]+ \d+) \d+$/)
  .transform((line): Caught => {
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
      direction: direction as Caught['direction'],
      what: what as Caught['what'],
      outer: source === '-' ? undefined : { source, destination, vni: Number(vni) },
      count: Number(count),
    };
  });

const sightingsAnswer = z.object({
  lost: z.number(),
  sightings: z.record(z.string(), z.array(caughtLine)),
});

const overheardAnswer = z.object({ nic: z.array(z.string()), input: z.array(z.string()) });

/** Returns the packet functions of the agent: see captures.pl, listeners.pl, trials.pl, throws.pl, overhears.pl. */
export function openPackets(ask: Ask): Packets {
  return {
    expect: async (run) => {
      await ask(z.array(z.never()), ['expect', run]);
    },
    capture: async (port, namespaces) =>
      await ask(z.array(z.string()), ['capture', `${port}`, ...namespaces.map(wordOf)]),
    listen: async (namespaces) => await ask(listenerAnswer, ['listen', ...namespaces.map(wordOf)]),
    ask: async (questions) =>
      (await ask(resultsAnswer, ['try', ...questions.map(wordOfQuestion)])).map(readResult),
    answers: async (ids) => (await ask(resultsAnswer, ['answers', ...ids])).map(readResult),
    throw: async (packets) => {
      const thrown = await ask(thrownAnswer, ['throw', ...packets.map(wordOfThrown)]);
      return new Map(
        thrown.flatMap(({ trial, error }) => (error === null ? [] : [[trial, error] as const])),
      );
    },
    received: async (ids) => new Set(await ask(z.array(z.string()), ['received', ...ids])),
    sightings: async (keys) => {
      const { lost, sightings } = await ask(sightingsAnswer, ['sightings', ...keys]);
      return { lost, caught: new Map(Object.entries(sightings)) };
    },
    overhear: async (transport, port, sources) => {
      await ask(z.array(z.never()), ['overhear', transport, `${port}`, ...sources]);
    },
    overheard: async (transport, port) =>
      await ask(overheardAnswer, ['overheard', transport, `${port}`]),
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
}: z.infer<typeof resultsAnswer>[number]): QuestionResult {
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

function wordOfQuestion(question: Question): string {
  const { id, protocol, namespace, source, destination, port, size } = question;
  return [id, protocol, wordOf(namespace), source, destination, port, size].join(',');
}

function wordOfThrown(packet: Thrown): string {
  const { id, kind, source, destination, port } = packet;
  const ends = [source, destination, port];
  switch (kind) {
    case 'frame': {
      const { namespace, device, toMac, fromMac } = packet;
      return [id, kind, wordOf(namespace), device, toMac, fromMac, ...ends].join(',');
    }
    case 'tunnel': {
      const { host, vxlanPort, vni, toMac, fromMac } = packet;
      return [id, kind, host, vxlanPort, vni, toMac, fromMac, ...ends].join(',');
    }
    default:
      return [id, kind, wordOf(packet.namespace), ...ends].join(',');
  }
}
