import { z } from 'zod';
import { addressPools, labelsSchema } from './engine-schema.ts';
import { address, type Leaves, list, word } from './leaves.ts';

export function swarmSchema(leaves: Leaves) {
  const { name } = leaves;
  const nodes = list(nodeSchema(leaves));
  const services = list(serviceSchema(leaves));
  const tasks = list(taskSchema(leaves));
  return z.object({
    manager: name,
    nodes,
    networks: list(
      z.object({
        id: word,
        name,
        subnets: list(address),
        vnis: list(z.number()),
        attachable: z.boolean(),
        pools: addressPools.optional(),
      }),
    ),
    endpoints: list(
      z.object({
        networkId: word,
        name,
        endpointId: word,
        address,
        hostAddress: address,
        askedHost: name,
      }),
    ),
    services: services.optional(),
    tasks: tasks.optional(),
    departures: list(z.object({ nodeId: word, times: z.number() })).optional(),
    later: z.object({ nodes, services: services.optional(), tasks }).optional(),
  });
}

function nodeSchema(leaves: Leaves) {
  const { name, text } = leaves;
  return z.object({
    id: word,
    hostname: name,
    address,
    state: z.enum(['unknown', 'down', 'ready', 'disconnected']),
    message: text,
    availability: z.enum(['active', 'pause', 'drain']),
    role: z.enum(['worker', 'manager']),
    manager: z.object({ leader: z.boolean(), reachable: z.boolean(), address }).optional(),
    engineVersion: word,
    labels: labelsSchema(leaves),
  });
}

/** A port that a service publishes. */
export const servicePort = z.object({
  protocol: z.enum(['tcp', 'udp', 'sctp']),
  target: z.number(),
  published: z.number(),
  mode: z.enum(['ingress', 'host']),
});

function serviceSchema({ name, alias }: Leaves) {
  return z.object({
    id: word,
    name,
    replicas: z.number().optional(),
    endpointMode: z.enum(['vip', 'dnsrr']),
    virtualAddresses: z.record(word, address),
    aliases: z.record(name, list(alias)),
    ports: list(servicePort),
    restartDelay: z.number().optional(),
  });
}

function taskSchema({ name, text }: Leaves) {
  return z.object({
    id: word,
    serviceId: word,
    slot: z.number(),
    createdAt: word,
    since: word,
    networks: list(name),
    nodeId: word,
    state: word,
    desiredState: word,
    message: text,
    error: text,
    containerId: word,
    addresses: z.record(name, address),
    addressesById: z.record(word, address),
  });
}
