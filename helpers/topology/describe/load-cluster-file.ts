import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { readContext } from '../../docker/endpoints/docker-contexts.ts';
import { parseEngineUrl } from '../../docker/endpoints/engine-url.ts';
import type { GivenEngine } from '../../machine/engines/given-engine.ts';
import { allSettled } from '../../process/errors/harness-error.ts';
import { InputError } from '../../process/errors/input-error.ts';
import { type ClusterFile, clusterFileSchema } from './cluster-file-schema.ts';
import { readDescription } from './read-description.ts';
import {
  checkName,
  findRepeated,
  findUnsuitableFields,
  type WrongField,
  wrong,
  wrongFields,
} from './wrong-fields.ts';

/** An existing cluster that a file describes, with the addresses of its engines. */
export interface DescribedCluster {
  readonly described: ClusterFile;
  /** The engines, in the file's order. */
  readonly engines: readonly GivenEngine[];
}

/** Loads a cluster file. Reports all errors of the file together. */
export async function loadClusterFile(file: string): Promise<DescribedCluster> {
  const { content, placeOf } = await readDescription(file, 'a cluster');
  refuseTopology(file, content);
  const fields = [
    ...findUnsuitableFields(clusterFileSchema, content),
    ...findContradictions(content),
  ];
  if (fields.length > 0) throw wrongFields(file, placeOf, 'a cluster', fields);
  const described = clusterFileSchema.parse(content);
  return { described, engines: await findEngines(file, described) };
}

/** Rejects a topology, because users may call both files "my cluster". */
function refuseTopology(file: string, content: unknown): void {
  if (
    !z.object({ machines: z.unknown(), hosts: z.undefined().optional() }).safeParse(content).success
  )
    return;
  throw new InputError({
    code: 'input-invalid',
    subject: file,
    observed: 'this file describes a topology to bring up, not an existing cluster',
    hint: 'Run "overlay-e2e check" without a file to check the topology that is up. A file for check lists hosts and their endpoints.',
  });
}

const text = z.string().optional().catch(undefined);

/** The readable part of a cluster file. The schema reports errors of single fields. */
const readable = z
  .object({
    hosts: z.array(z.object({ name: text, endpoint: text, context: text }).catch({})).catch([]),
    expect: z
      .object({
        networks: z
          .array(z.object({ name: text }).catch({}))
          .optional()
          .catch(undefined),
        containers: z
          .array(z.object({ name: text, host: text, network: text }).catch({}))
          .catch([]),
      })
      .catch({ networks: undefined, containers: [] }),
  })
  .catch({ hosts: [], expect: { networks: undefined, containers: [] } });

/** Finds contradictions between the fields of a cluster file. */
function findContradictions(content: unknown): WrongField[] {
  const { hosts, expect } = readable.parse(content);
  const names = hosts.flatMap(({ name }) => name ?? []);
  const networks = expect.networks?.flatMap(({ name }) => name ?? []) ?? [];
  return [
    ...findRepeated(['hosts'], hosts, 'host'),
    ...hosts.flatMap(({ endpoint, context }, at) =>
      (endpoint === undefined) === (context === undefined)
        ? wrong(['hosts', at], 'a host needs either an endpoint or a context, not both')
        : [],
    ),
    ...expect.containers.flatMap(({ host, network }, at) => [
      ...checkName(['expect', 'containers', at, 'host'], host, names, 'host'),
      ...checkName(['expect', 'containers', at, 'network'], network, networks, 'network'),
    ]),
  ];
}

async function findEngines(file: string, described: ClusterFile): Promise<GivenEngine[]> {
  const folderOf = (tlsFolder = described.tlsFolder) =>
    tlsFolder === undefined ? undefined : resolve(dirname(file), tlsFolder);
  return await allSettled(
    `read ${file}`,
    described.hosts.map(async ({ name, endpoint = '', context, tlsFolder, address }) => {
      const found =
        context === undefined
          ? { url: endpoint, endpoint: await parseEngineUrl(endpoint, folderOf(tlsFolder)) }
          : await readContext(context);
      return { ...found, name, address, givenAs: `host ${name} (${context ?? endpoint})` };
    }),
  );
}
