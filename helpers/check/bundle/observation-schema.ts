import { z } from 'zod';
import { keyValueStoreKinds } from '../../cluster/key-value/stores/key-value-store.ts';
import type { Observation } from '../model/observation.ts';
import { engineSchema } from './engine-schema.ts';
import { kernelSchema } from './kernel-schema.ts';
import { address, type Leaves, list, word } from './leaves.ts';
import { observedSchema } from './observed-schema.ts';
import { pathsSchema } from './paths-schema.ts';
import {
  applicationSchema,
  balancingSchema,
  namesSchema,
  serviceConnectionsSchema,
  serviceNamesSchema,
} from './services-schema.ts';
import { servicePort, swarmSchema } from './swarm-schema.ts';

/** Hosts of one cluster: a check compares each with each. */
const mostHosts = 1000;

/**
 * Returns the schema of an observation in a bundle. It is also the list of all that a bundle contains: fields that it does not
 * name are left out.
 */
export function observationSchema(leaves: Leaves): z.ZodType<Observation> {
  // A unit spec compares both types: they differ only in missing and undefined values, which are the same in an observation.
  return observationFields(leaves) as unknown as z.ZodType<Observation>;
}

/** @public for the comparison of types */
export function observationFields(leaves: Leaves) {
  const { name, text } = leaves;
  const store = targetStoreSchema(leaves);
  return z.object({
    target: text,
    kind: z.enum(['key-value', 'swarm-mode', 'unknown']),
    isComplete: z.boolean(),
    expectations: expectationsSchema(leaves),
    hosts: z
      .array(
        z.object({
          name,
          address: address.optional(),
          engine: observedSchema(engineSchema(leaves), leaves),
          pulse: z.enum(['answers', 'invalid', 'hangs', 'silent']),
          reach: observedSchema(z.object({ store, error: text.optional() }), leaves),
          gossip: observedSchema(gossipSchema(leaves), leaves),
          kernel: observedSchema(kernelSchema(leaves), leaves),
          balancing: observedSchema(balancingSchema(leaves), leaves),
        }),
      )
      .min(1)
      .max(mostHosts),
    store: observedSchema(storeSchema(leaves), leaves),
    namedStore: store.optional(),
    swarm: observedSchema(swarmSchema(leaves), leaves),
    names: observedSchema(namesSchema(leaves), leaves),
    serviceNames: observedSchema(serviceNamesSchema(leaves), leaves),
    serviceConnections: observedSchema(serviceConnectionsSchema(leaves), leaves),
    paths: observedSchema(pathsSchema(leaves), leaves),
    application: observedSchema(applicationSchema(leaves), leaves),
    notRemoved: list(text),
  });
}

function expectationsSchema({ name, text }: Leaves) {
  return z.object({
    networks: list(z.object({ name, subnet: address.optional() })).optional(),
    containers: list(z.object({ name, host: name, network: name.optional() })).optional(),
    services: list(
      z.object({
        name,
        replicas: z.number().optional(),
        networks: list(name).optional(),
        ports: list(servicePort).optional(),
      }),
    ).optional(),
    application: z
      .object({
        url: text,
        status: z.number(),
        body: text,
        container: name.optional(),
        database: name.optional(),
        isCarService: z.boolean().optional(),
      })
      .optional(),
  });
}

function gossipSchema({ name }: Leaves) {
  return z.object({
    isThere: z.boolean(),
    members: list(
      z.object({
        name: name.optional(),
        address,
        state: z.enum(['alive', 'suspect', 'dead', 'left']),
      }),
    ),
  });
}

function targetStoreSchema({ name }: Leaves) {
  return z.object({ kind: z.enum(keyValueStoreKinds), address: name, port: z.number() });
}

function storeSchema(leaves: Leaves) {
  const { name, text } = leaves;
  return z.object({
    store: targetStoreSchema(leaves),
    version: word,
    members: list(z.object({ advertised: address })),
    networks: list(
      z.object({
        id: word,
        name,
        driver: word,
        subnets: list(address),
        vnis: list(z.number()),
      }),
    ),
    endpoints: list(
      z.object({
        id: word,
        networkId: word,
        name,
        address,
        mac: address,
        locator: address,
      }),
    ),
    strange: list(text),
  });
}
