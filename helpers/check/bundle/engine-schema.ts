import { z } from 'zod';
import { containerStatuses } from '../../docker/containers/container-facts.ts';
import { inspectedContainer, inspectedNetwork } from '../model/inspected.ts';
import { address, type Leaves, list, without, word } from './leaves.ts';

/** Labels that findings need. All other labels may contain anything. */
const keptLabel = /^com\.docker\.(?:swarm\.|stack\.namespace$)/;

/** Options of networks that findings need. */
const keptOption = /^(?:encrypted|dsr|com\.docker\.network\.[\w.]+)$/;

export function labelsSchema({ name }: Leaves) {
  return only(keptLabel, name);
}

/** Returns the schema of a record that keeps only entries with such a key. */
function only(kept: RegExp, value: z.ZodType<string>) {
  return z.preprocess(
    (all) =>
      typeof all === 'object' && all !== null
        ? Object.fromEntries(Object.entries(all).filter(([key]) => kept.test(key)))
        : all,
    z.record(z.string(), value),
  );
}

export function engineSchema(leaves: Leaves) {
  const { name } = leaves;
  const containers = list(containerSchema(leaves));
  return z.object({
    info: infoSchema(leaves),
    clock: z.object({ ahead: z.number(), within: z.number() }).optional(),
    networks: list(networkSchema(leaves)),
    lateNetworks: list(word).optional(),
    laterTasks: list(word).optional(),
    unlistedOverlays: list(word).optional(),
    overlaysWithoutSelf: list(word).optional(),
    containers,
    later: containers.optional(),
    refusedClients: list(
      z.object({ container: name, image: name, version: word, oldest: word }),
    ).optional(),
    stopping: list(word).optional(),
  });
}

function infoSchema({ name, text }: Leaves) {
  return z.object({
    id: word,
    name,
    serverVersion: word,
    kernelVersion: word,
    operatingSystem: word,
    architecture: word,
    storageDriver: word,
    labels: without<string[]>([]),
    clusterStore: text.optional(),
    clusterAdvertise: address.optional(),
    swarm: z.enum(['inactive', 'pending', 'active', 'error', 'locked']),
    swarmNode: z
      .object({
        id: word,
        address,
        isManager: z.boolean(),
        managers: list(address),
        authorityExpires: word.optional(),
      })
      .optional(),
    swarmError: text,
    liveRestore: z.boolean(),
    containersRunning: z.number(),
    rootFolder: without<string>('/var/lib/docker'),
    systemTime: word,
    warnings: without<string[]>([]),
    systemStatus: without<[string, string][]>([]),
  });
}

function containerSchema(leaves: Leaves) {
  const { name, alias, text } = leaves;
  return z.object({
    id: word,
    name,
    status: z.enum(containerStatuses),
    running: z.boolean(),
    exitCode: z.number(),
    error: text,
    pid: z.number(),
    startedAt: word,
    restartCount: z.number(),
    image: name,
    imageId: word,
    hostname: name,
    terminal: z.boolean(),
    labels: labelsSchema(leaves),
    env: without<string[]>([]),
    networks: z.record(
      name,
      z.object({
        networkId: word,
        endpointId: word,
        address,
        prefixLength: z.number(),
        gateway: address,
        mac: address,
        aliases: list(alias),
      }),
    ),
    ports: z.record(word, list(z.object({ address, port: z.number() }))),
    // The keys are the published ports; the values are in `ports`.
    hostConfig: z
      .object({ PortBindings: z.record(word, without<unknown[]>([])).nullish().catch(undefined) })
      .pipe(z.record(z.string(), z.unknown())),
    raw: part(inspectedContainer),
  });
}

function networkSchema(leaves: Leaves) {
  const { name, text } = leaves;
  return z.object({
    name,
    id: word,
    driver: word,
    scope: z.enum(['local', 'global', 'swarm']),
    subnet: address.optional(),
    subnets: list(address),
    gateway: address.optional(),
    attachable: z.boolean(),
    internal: z.boolean(),
    ingress: z.boolean(),
    options: only(keptOption, text),
    labels: labelsSchema(leaves),
    containers: list(
      z.object({ id: word, name, endpointId: word, address, mac: address, local: z.boolean() }),
    ),
    peers: list(address),
    peersWithoutAddress: z.number(),
    tasks: list(z.object({ service: name, name, endpointId: word, address, hostAddress: address })),
    pools: addressPools.optional(),
    raw: part(inspectedNetwork).pipe(namesInNetwork(leaves)),
  });
}

/** The address pools of a network. */
export const addressPools = list(z.object({ subnet: address, free: z.number() }));

/** Returns the schema of the names in a network's inspection: of load balancers (`lb-NAME`) and of reserved addresses. */
function namesInNetwork({ alias }: Leaves): z.ZodType {
  const range = z.looseObject({ AuxiliaryAddresses: z.record(alias, z.string()).nullish() });
  return z.looseObject({
    IPAM: z.looseObject({ Config: list(range).nullish() }).optional(),
    Containers: z.record(alias, z.unknown()).nullish(),
  });
}

/** Returns the schema of an engine's own response: only the fields that an audit uses. */
function part(schema: z.ZodType) {
  return z.unknown().transform((raw): unknown => schema.safeParse(raw).data ?? {});
}
