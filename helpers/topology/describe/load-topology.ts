import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { expectMachineRange } from '../../machine/machine-range.ts';
import { findWrongFields } from './check-topology.ts';
import {
  type Description,
  isDescription,
  readDescription,
  refuseOtherFile,
} from './read-description.ts';
import { findUnsuitableImages } from './unsuitable-images.ts';
import { findRefusedEngines } from './refused-engines.ts';
import { findTopology, topologies } from '../topologies.ts';
import type { Topology } from '../topology.ts';
import { topologySchema } from '../topology-schema.ts';
import { isFileName } from '../../workload/images/own-image.ts';
import { type WrongField, wrongFields } from './wrong-fields.ts';

/**
 * Loads a built-in topology by name, or a topology from a file: JSON, or a TypeScript or JavaScript module with a
 * default export. Reports all errors of the file together.
 */
export async function loadTopology(nameOrFile: string): Promise<Topology> {
  if (!isDescription(nameOrFile)) {
    refuseOtherFile(nameOrFile);
    return findTopology(nameOrFile);
  }
  const { content, placeOf } = await readDescription(nameOrFile, 'a topology');
  return await checkTopology(nameOrFile, content, placeOf);
}

/** Checks a topology that a program passes as an object; paths of images begin at the working directory. */
export async function requireTopology(described: Topology): Promise<Topology> {
  return await checkTopology('topology', described, () => 'topology');
}

async function checkTopology(
  file: string,
  content: unknown,
  placeOf: Description['placeOf'],
): Promise<Topology> {
  const described = placeFiles(content, dirname(resolve(file)));
  const fields = [
    ...findWrongFields(described, expectMachineRange()),
    ...findTakenName(described),
    ...(await findRefusedEngines(described)),
    ...(await findUnsuitableImages(described)),
  ];
  if (fields.length > 0) throw wrongFields(file, placeOf, 'a topology', fields);
  return topologySchema.parse(described);
}

/** Resolves image paths relative to the description, independent of the working directory. */
function placeFiles(described: unknown, folder: string): unknown {
  const { data } = withContainers.safeParse(described);
  if (data === undefined) return described;
  const containers = data.containers.map((container) =>
    typeof container.image === 'string' && isFileName(container.image)
      ? { ...container, image: resolve(folder, container.image) }
      : container,
  );
  return { ...data, containers };
}

const withContainers = z.looseObject({
  containers: z.array(z.looseObject({ image: z.unknown().optional() })),
});

const named = z.object({ name: topologySchema.shape.name });

/** Finds a name that a built-in topology has. Documents identify topologies by name. */
function findTakenName(described: unknown): WrongField[] {
  const name = named.safeParse(described).data?.name;
  if (!topologies.some((one) => one.name === name)) return [];
  const observed = `${name} is the name of a built-in topology`;
  return [{ path: ['name'], observed, hint: 'choose another name' }];
}
