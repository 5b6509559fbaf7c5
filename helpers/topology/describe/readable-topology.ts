import { z } from 'zod';
import { checkName, type WrongField, wrong } from './wrong-fields.ts';

/** The readable part of a topology. The schema reports errors of single fields. */
const text = z.string().optional().catch(undefined);
const placement = z.object({ container: text, machine: text }).catch({});

const container = z
  .object({
    name: text,
    machine: text,
    network: text,
    image: z.unknown().optional(),
    command: z.unknown().optional(),
    entrypoint: z.unknown().optional(),
    ports: z.array(z.string()).catch([]),
  })
  .catch({ ports: [] });

const named = z.union([z.string().transform((name) => ({ name })), z.object({ name: text })]);

const portNumbers = z
  .union([
    z.string().regex(/^\d{1,5}:\d{1,5}(?:\/(?:tcp|udp))?$/),
    z.object({
      published: z.number(),
      target: z.number(),
      protocol: z.enum(['tcp', 'udp']).exactOptional(),
      mode: z.enum(['ingress', 'host']).exactOptional(),
    }),
  ])
  .optional()
  .catch(undefined);

const listOf = <T extends z.ZodType>(one: T) => z.array(one.optional().catch(undefined)).catch([]);

const service = z
  .object({
    name: text,
    networks: listOf(named),
    image: z.unknown().optional(),
    recipe: text,
    command: z.unknown().optional(),
    entrypoint: z.unknown().optional(),
    mode: text,
    replicas: z.number().optional().catch(undefined),
    endpoint: text,
    ports: z.array(portNumbers).catch([]),
    constraints: listOf(z.string()),
    configs: listOf(named),
    secrets: listOf(named),
    rollback: z.object({ onFailure: text }).optional().catch(undefined),
  })
  .partial()
  .catch({});

const namedList = z.array(z.object({ name: text }).catch({})).catch([]);

const workload = z.object({ network: text, application: placement, database: placement });

const noWorkload: z.infer<typeof workload> = { application: {}, database: {} };

export const readable = z
  .object({
    cluster: z
      .object({ kind: text, keystore: text, manager: text, master: text })
      .catch({ kind: undefined }),
    machines: z
      .array(z.object({ name: text, nodeLabels: z.unknown().optional() }).catch({}))
      .catch([]),
    networks: z
      .array(
        z
          .object({
            name: text,
            subnet: text,
            createdOn: text,
            encrypted: z.boolean().catch(false),
            internal: z.boolean().catch(false),
          })
          .partial()
          .catch({}),
      )
      .catch([]),
    workload: workload.optional().catch(noWorkload),
    containers: z.array(container).catch([]),
    services: z.array(service).catch([]),
    stacks: namedList,
    configs: namedList,
    secrets: namedList,
  })
  // For content that is not a topology at all, the schema's error is enough.
  .catch({
    cluster: {},
    machines: [],
    networks: [],
    workload: noWorkload,
    containers: [],
    services: [],
    stacks: [],
    configs: [],
    secrets: [],
  })
  .transform(({ workload: described, ...topology }) => ({
    ...topology,
    workload: described ?? noWorkload,
    hasWorkload: described !== undefined,
  }));

export type Readable = z.infer<typeof readable>;

/** Checks that a machine is a member of the cluster. The keystore is not. */
export function checkMember(
  topology: Readable,
  path: readonly PropertyKey[],
  name: string | undefined,
): WrongField[] {
  const { keystore } = topology.cluster;
  if (name === undefined || name !== keystore) return checkMachine(topology, path, name);
  return [
    wrong(
      path,
      `${name} is the keystore, which is not part of the cluster`,
      `Valid machines: ${membersOf(topology).join(', ')}`,
    ),
  ];
}

/** Checks that a machine is part of the topology. */
export function checkMachine(
  { machines }: Readable,
  path: readonly PropertyKey[],
  name: string | undefined,
): WrongField[] {
  const names = machines.flatMap((machine) => machine.name ?? []);
  return checkName(path, name, names, 'machine');
}

export function membersOf({ cluster, machines }: Readable): string[] {
  return machines.flatMap(({ name }) => (name === cluster.keystore ? [] : (name ?? [])));
}
