import { z } from 'zod';
import { address, type Leaves, list, word } from './leaves.ts';

/** Returns the schema of the load balancing of services on one host. */
export function balancingSchema({ text }: Leaves) {
  const tool = z.enum(['legacy', 'nft']).optional();
  const tables = z.object({
    virtualServices: list(
      z.object({
        mark: z.number(),
        servers: list(z.object({ address, weight: z.number(), forward: word })),
      }),
    ).optional(),
    forwards: z.boolean().optional(),
    tracks: z.boolean().optional(),
    addresses: list(address),
    marks: list(
      z.discriminatedUnion('by', [
        z.object({ by: z.literal('address'), chain: word, address, mark: z.number() }),
        z.object({
          by: z.literal('port'),
          chain: word,
          protocol: word,
          port: z.number(),
          mark: z.number(),
        }),
      ]),
    ),
    sources: list(address),
    tool,
    idle: z.object({ tcp: z.number(), udp: z.number() }).optional(),
    open: list(address).optional(),
  });
  const mesh = z.object({
    hasChain: z.boolean(),
    isReached: z.boolean(),
    ports: list(z.object({ protocol: word, port: z.number(), destination: address })),
    tool,
  });
  const features = z.object({ matchesIpvs: z.boolean(), filtersBridges: z.boolean() });
  return z.object({
    balancers: list(
      z.object({
        idPrefix: word.optional(),
        namespace: word,
        before: tables.optional(),
        after: tables.optional(),
      }),
    ),
    mesh: z.object({ before: mesh.optional(), after: mesh.optional() }).optional(),
    kernel: z.object({ before: features.optional(), after: features.optional() }).optional(),
    unread: list(z.object({ namespace: word, why: text })),
  });
}

export function serviceNamesSchema({ name, alias, text }: Leaves) {
  const lookup = z.object({ answers: list(address).optional(), error: text.optional() });
  return z.object({
    lookups: list(
      z.object({
        host: name,
        container: name,
        containerId: word,
        networkIds: list(word),
        networkId: word,
        serviceId: word,
        name: alias,
        means: z.union([z.enum(['service', 'tasks']), z.object({ task: word })]),
        before: lookup,
        after: lookup.optional(),
      }),
    ),
    blind: list(z.object({ host: name, why: text })),
    questions: z.object({ all: z.number(), asked: z.number() }),
  });
}

export function serviceConnectionsSchema({ name, text }: Leaves) {
  return z.object({
    connections: list(
      z.object({
        host: name,
        container: name,
        containerId: word,
        from: z.enum(['container', 'load-balancer']),
        networkId: word,
        serviceId: word,
        taskId: word.optional(),
        address,
        port: z.number(),
        error: text.optional(),
      }),
    ),
    taskPorts: list(
      z.object({
        serviceId: word,
        taskId: word,
        networkId: word,
        port: z.number(),
        accepts: z.boolean(),
      }),
    ),
    keepAlive: list(z.object({ serviceId: word, seconds: z.number() })),
    blind: list(z.object({ host: name, why: text })),
    questions: z.object({ all: z.number(), asked: z.number() }),
  });
}

export function namesSchema({ name, alias, text }: Leaves) {
  return z.object({
    answers: list(
      z.object({
        host: name,
        container: name,
        network: name,
        name: alias,
        towards: name,
        peer: name,
        expected: list(address),
        answers: list(address).optional(),
        from: z.enum(['hosts-file', 'resolver']),
        error: text.optional(),
      }),
    ),
    deaf: list(z.object({ host: name, container: name })),
    blind: list(z.object({ host: name, why: text })),
    questions: z.object({ all: z.number(), asked: z.number() }),
  });
}

export function applicationSchema({ name, text }: Leaves) {
  return z.object({
    ports: list(
      z.object({
        host: name,
        container: name.optional(),
        service: name.optional(),
        address,
        containerPort: word,
        from: name.optional(),
        error: text.optional(),
        isListening: z.boolean().optional(),
        hop: z.enum(['host-firewall', 'gateway-bridge', 'sandbox', 'overlay', 'task']).optional(),
      }),
    ),
    answer: z
      .object({
        url: text,
        status: z.number().optional(),
        body: text.optional(),
        error: text.optional(),
        database: z
          .union([z.object({ queries: z.number(), row: text }), z.object({ error: text })])
          .optional(),
      })
      .optional(),
  });
}
