import { z } from 'zod';
import { hops, protocols } from '../model/views/paths-view.ts';
import { address, type Leaves, list, word } from './leaves.ts';
import { missingSchema } from './observed-schema.ts';

export function pathsSchema(leaves: Leaves) {
  const { name, text } = leaves;
  const end = z.object({ host: name, container: name.optional(), address });
  const trials = list(trialSchema(leaves, end));
  return z.object({
    hostTrials: trials,
    gossip: list(
      z.object({
        from: name,
        to: name,
        transport: z.enum(['tcp', 'udp']),
        answered: z.boolean(),
        seen: z.boolean().optional(),
        arrived: z.boolean(),
        letIn: z.boolean(),
        error: text.optional(),
      }),
    ),
    managers: list(
      z.object({
        from: name,
        to: name,
        port: z.number(),
        answered: z.boolean(),
        error: text.optional(),
      }),
    ),
    tunnels: list(
      z.object({
        network: name,
        networkId: word,
        from: name,
        to: name,
        reachedNic: z.boolean(),
        letIn: z.boolean(),
        cameOut: z.boolean(),
        error: text.optional(),
      }),
    ),
    trials,
    isolation: list(
      z.object({
        from: end,
        to: end,
        fromNetwork: name,
        toNetwork: name,
        arrived: z.boolean(),
        ways: list(z.enum(['icmp', 'udp', 'frame'])),
      }),
    ),
    encrypted: list(
      z.object({
        network: name,
        networkId: word,
        from: name,
        to: name,
        answered: z.boolean(),
        leftVxlan: z.boolean(),
        reachedNic: z.boolean(),
        letIn: z.boolean(),
        clear: z.object({ device: word, switches: list(word) }).optional(),
      }),
    ).optional(),
    losses: list(lossSchema(leaves, end)).optional(),
    checksumErrors: list(
      z.object({ host: name, container: name, tcp: z.number(), udp: z.number() }),
    ),
    timings: list(
      z.object({
        network: name.optional(),
        from: end,
        to: end,
        milliseconds: list(z.number()),
        lost: z.number(),
      }),
    ).optional(),
    outside: missingSchema(leaves).optional(),
    pairs: z.object({
      all: z.number(),
      probed: z.number(),
      overCapacity: z.number().optional(),
    }),
    hostPairs: z.object({ all: z.number(), probed: z.number() }).optional(),
    neighbors: z.number().optional(),
    untried: list(text),
    unentered: list(z.object({ host: name, container: name, why: text })).optional(),
  });
}

function trialSchema<T extends z.ZodType>({ name, text }: Leaves, end: T) {
  return z.object({
    network: name.optional(),
    networkId: word.optional(),
    from: end,
    to: end,
    protocol: z.enum(protocols),
    size: z.number(),
    arrived: z.boolean(),
    answered: z.boolean(),
    answeredFrom: address.optional(),
    error: text.optional(),
    milliseconds: z.number().optional(),
    sends: z.number().optional(),
    sightings: list(
      z.object({
        hop: z.enum(hops),
        host: name,
        outerSource: address.optional(),
        outerDestination: address.optional(),
        vni: z.number().optional(),
      }),
    ),
  });
}

function lossSchema<T extends z.ZodType>({ name }: Leaves, end: T) {
  const series = { sent: z.number(), lost: z.number() };
  return z.object({
    network: name,
    networkId: word,
    from: end,
    to: end,
    first: z.object(series),
    second: z
      .object({
        ...series,
        lastSeen: z.partialRecord(z.enum([...hops, 'nowhere']), z.number()),
      })
      .optional(),
  });
}
