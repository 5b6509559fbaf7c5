import { z } from 'zod';
import { checkName, type WrongField, wrong } from './wrong-fields.ts';

/** As much of a topology as is there and readable: what is wrong with a field by itself, its schema says. */
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

const workload = z.object({ network: text, application: placement, database: placement });

const noWorkload: z.infer<typeof workload> = { application: {}, database: {} };

export const readable = z
  .object({
    cluster: z
      .object({ kind: text, keystore: text, manager: text, master: text })
      .catch({ kind: undefined }),
    machines: z.array(z.object({ name: text }).catch({})).catch([]),
    networks: z.array(z.object({ name: text, subnet: text, createdOn: text }).catch({})).catch([]),
    workload: workload.optional().catch(noWorkload),
    containers: z.array(container).catch([]),
  })
  // What is no topology at all, its schema says; that it lacks something besides, nobody wants to hear.
  .catch({ cluster: {}, machines: [], networks: [], workload: noWorkload, containers: [] })
  .transform(({ workload: described, ...topology }) => ({
    ...topology,
    workload: described ?? noWorkload,
    hasWorkload: described !== undefined,
  }));

export type Readable = z.infer<typeof readable>;

/** The machine must be one of the cluster: the keystore is none. */
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
      `${name} is the keystore, which is in no cluster`,
      `Valid machines: ${membersOf(topology).join(', ')}`,
    ),
  ];
}

/** The machine must be one of the topology. */
export function checkMachine(
  { machines }: Readable,
  path: readonly PropertyKey[],
  name: string | undefined,
): WrongField[] {
  const names = machines.flatMap((machine) => machine.name ?? []);
  return checkName(path, name, names, 'machine');
}

function membersOf({ cluster, machines }: Readable): string[] {
  return machines.flatMap(({ name }) => (name === cluster.keystore ? [] : (name ?? [])));
}
