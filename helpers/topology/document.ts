import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { writeAtomically } from '../process/files/write-atomically.ts';
import { HarnessError } from '../process/errors/harness-error.ts';
import { clusterPlan } from '../cluster/cluster-plan.ts';
import { stages } from './topology.ts';

const topologyDocument = z.object({
  topology: z.string(),
  provider: z.enum(['netns', 'uml', 'docker-machine', 'engines']),
  /** The state directory: MACHINE_STORAGE_PATH. */
  store: z.string(),
  /** The last completed stage. */
  stage: z.enum(stages),
  /** The cluster kind with its machines. */
  cluster: clusterPlan,
  machines: z.array(
    z.object({
      name: z.string(),
      address: z.string(),
      engineUrl: z.string(),
      engineVersion: z.string(),
      /** The requested engine: a version, `system`, or a folder; absent if the driver has its own engine. */
      engineBundle: z.string().optional(),
      /** `own` if the topology gives the machine its own kernel. */
      kernel: z.literal('own').optional(),
      /** The node labels of the topology, if it has some. */
      nodeLabels: z.array(z.string()).optional(),
      /**
       * Present for a machine that joined a running key-value cluster. Its engine learns of earlier containers by queries,
       * and Docker 20.10 never forgets such a container, even if another one gets its address.
       */
      late: z
        .object({
          /** The IDs of the containers that existed before. */
          containers: z.array(z.string()),
          /** The networks on which the machine has had containers. */
          networks: z.array(z.string()),
        })
        .optional(),
    }),
  ),
  /** Names of machines whose creation has begun and not ended. */
  unfinished: z.array(z.string()).optional(),
  networks: z.array(
    z.object({
      name: z.string(),
      id: z.string(),
      subnet: z.string(),
      scope: z.string(),
      /** Present if it is true. */
      encrypted: z.literal(true).optional(),
      /** Present if it is true. */
      internal: z.literal(true).optional(),
    }),
  ),
  /** The containers: application and database of the car service, if present, then user-defined ones. */
  workload: z.array(
    z.object({
      container: z.string(),
      /** The container's ID; absent in documents of earlier versions. */
      id: z.string().optional(),
      machine: z.string(),
      network: z.string(),
      /** The container's address on that network; empty until the container was ready for the first time. */
      address: z.string(),
      /** The digest of a user-defined container's description. */
      mark: z.string().optional(),
    }),
  ),
  /** The services of a swarm; absent if the topology has none. */
  services: z
    .array(
      z.object({
        service: z.string(),
        id: z.string(),
        /** Its networks, each with its virtual address; without one for endpoint mode `dnsrr`. */
        networks: z.array(z.object({ name: z.string(), address: z.string().optional() })),
        ports: z.array(
          z.object({
            published: z.int(),
            target: z.int(),
            protocol: z.enum(['tcp', 'udp']),
            mode: z.enum(['ingress', 'host']),
          }),
        ),
        /** The number of its tasks; absent for a global service. */
        replicas: z.int().optional(),
        /** The digest of its description. */
        mark: z.string(),
        /** Present until its tasks have run for the first time. */
        unready: z.literal(true).optional(),
      }),
    )
    .optional(),
  /** The configs and secrets of a swarm; absent if the topology has none. */
  files: z
    .array(
      z.object({
        kind: z.enum(['config', 'secret']),
        name: z.string(),
        id: z.string(),
        /** The digest of its content. */
        mark: z.string(),
      }),
    )
    .optional(),
  /** URL of the car service from outside the cluster; absent before the workload runs. */
  carEndpoint: z.string().optional(),
});

/** A running topology, as `overlay-e2e up --json` prints it. */
export type TopologyDocument = z.infer<typeof topologyDocument>;

/** Saves the document in the state directory, where `check` and other commands find it. */
export async function saveDocument(document: TopologyDocument): Promise<void> {
  await writeAtomically(documentFile(document.store), `${JSON.stringify(document, null, 2)}\n`);
}

/** Reads the running topology of a state directory; undefined if none is recorded. */
export async function loadDocument(store: string): Promise<TopologyDocument | undefined> {
  const file = documentFile(store);
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    // A folder in its place is as unreadable as an incomplete file.
    if (error.code === 'EISDIR') return '';
    throw error;
  });
  if (text === undefined) return undefined;
  try {
    return topologyDocument.parse(JSON.parse(text));
  } catch (cause) {
    throw new HarnessError({
      code: 'state-unreadable',
      tried: `read ${file}`,
      observed: 'not a topology that this version wrote',
      hint: 'remove the machines with "overlay-e2e down"',
      cause,
    });
  }
}

/**
 * Reads the running topology of a state directory. Throws `topology-missing` if none is recorded.
 *
 * @param tried the command's work, for the error
 * @param why the end of the hint: "; faults are only for machines that it created"
 */
export async function requireDocument(
  store: string,
  tried: string,
  why = '',
): Promise<TopologyDocument> {
  const document = await loadDocument(store);
  if (document !== undefined) return document;
  throw new HarnessError({
    code: 'topology-missing',
    tried,
    observed: `no topology is running in ${store}`,
    hint: `run "overlay-e2e up" first${why}`,
  });
}

/** Deletes the document from the state directory. */
export async function removeDocument(store: string): Promise<void> {
  await rm(documentFile(store), { recursive: true, force: true });
}

function documentFile(store: string): string {
  return join(store, 'topology.json');
}
