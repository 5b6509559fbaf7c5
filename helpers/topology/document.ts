import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { writeWhole } from '../netns/store.ts';
import { HarnessError } from '../process/harness-error.ts';
import { clusterPlan } from '../cluster/cluster-plan.ts';
import { stages } from './topology.ts';

const topologyDocument = z.object({
  topology: z.string(),
  provider: z.enum(['netns', 'docker-machine', 'engines']),
  /** The folder that holds the machines' state: MACHINE_STORAGE_PATH. */
  store: z.string(),
  /** The last stage that was stood up. */
  stage: z.enum(stages),
  /** How its engines know each other, and which machine holds what they know. */
  cluster: clusterPlan,
  machines: z.array(
    z.object({
      name: z.string(),
      address: z.string(),
      engineUrl: z.string(),
      engineVersion: z.string(),
      /** What was asked for: a version, `system`, or a folder; absent where the driver brings an engine of its own. */
      engineBundle: z.string().optional(),
    }),
  ),
  networks: z.array(
    z.object({ name: z.string(), id: z.string(), subnet: z.string(), scope: z.string() }),
  ),
  /** Its containers: the car service's application and database, if it has them, then the user's own. */
  workload: z.array(
    z.object({
      container: z.string(),
      machine: z.string(),
      network: z.string(),
      /** On that network. */
      address: z.string(),
      /** Of the user's own: short for all that was described of it. */
      mark: z.string().optional(),
    }),
  ),
  /** URL of the car service, as it answers outside of the cluster; absent before the workload runs. */
  carEndpoint: z.string().optional(),
});

/** A running topology, as `overlay-e2e up --json` prints it. */
export type TopologyDocument = z.infer<typeof topologyDocument>;

/** Keeps the document in the store, for `check` and whoever else comes to the running topology later. */
export async function saveDocument(document: TopologyDocument): Promise<void> {
  await writeWhole(documentFile(document.store), `${JSON.stringify(document, null, 2)}\n`);
}

/** The topology that was stood up in this store, if there is one. */
export async function loadDocument(store: string): Promise<TopologyDocument | undefined> {
  const file = documentFile(store);
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    // A folder in its place is no more readable than half a file.
    if (error.code === 'EISDIR') return '';
    throw error;
  });
  if (text === undefined) return undefined;
  try {
    return topologyDocument.parse(JSON.parse(text));
  } catch (cause) {
    throw new HarnessError({
      tried: `read ${file}`,
      observed: 'not a topology that this version wrote',
      remedy: 'take the store down with «overlay-e2e down»',
      cause,
    });
  }
}

/** Forgets the store's topology. */
export async function removeDocument(store: string): Promise<void> {
  await rm(documentFile(store), { recursive: true, force: true });
}

function documentFile(store: string): string {
  return join(store, 'topology.json');
}
