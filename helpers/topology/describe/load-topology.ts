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
import { omitUndefined } from '../../process/omit-undefined.ts';
import { expandHosts } from './expand-hosts.ts';
import { expandStacks } from './stack/expand-stacks.ts';
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
 *
 * @param hosts the number of hosts instead of the description's
 */
export async function loadTopology(nameOrFile: string, hosts?: number): Promise<Topology> {
  if (!isDescription(nameOrFile)) {
    refuseOtherFile(nameOrFile);
    const topology = findTopology(nameOrFile);
    return hosts === undefined ? topology : growTopology(topology, hosts);
  }
  const { content, placeOf } = await readDescription(nameOrFile, 'a topology');
  const described =
    hosts === undefined || typeof content !== 'object' ? content : { ...content, hosts };
  return await checkTopology(nameOrFile, described, placeOf);
}

/** Returns a built-in topology with more hosts. */
function growTopology(topology: Topology, hosts: number): Topology {
  const { described, wrong } = expandHosts({ ...topology, hosts });
  if (wrong.length > 0) throw wrongFields(topology.name, () => '--hosts', 'a topology', wrong);
  return topologySchema.parse(described);
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
  const machineRange = expectMachineRange();
  const { described: grown, wrong } = expandHosts(content);
  // Without these hosts, most errors of other fields would be wrong.
  if (wrong.length > 0) throw wrongFields(file, placeOf, 'a topology', wrong);
  const placed = placeFiles(grown, dirname(resolve(file)));
  // Without stacks, the described fields keep their positions.
  const described = await expandStacks(placed, dirname(file), machineRange);
  const fields = [
    ...findWrongFields(described, machineRange),
    ...findTakenName(described),
    ...(await findRefusedEngines(described)),
    ...(await findUnsuitableImages(described)),
  ];
  if (fields.length > 0) throw wrongFields(file, placeOf, 'a topology', fields);
  return topologySchema.parse(described);
}

/** Resolves image paths relative to the description, independent of the working directory. */
function placeFiles(described: unknown, folder: string): unknown {
  const { data } = withImages.safeParse(described);
  if (data === undefined) return described;
  const place = (image: unknown) =>
    typeof image === 'string' && isFileName(image) ? resolve(folder, image) : image;
  const placeImage = <One extends { readonly image?: unknown }>(one: One) =>
    'image' in one ? { ...one, image: place(one.image) } : one;
  const { containers, services, stacks } = data;
  return {
    ...data,
    ...omitUndefined({
      containers: containers?.map(placeImage),
      services: services?.map(placeImage),
      stacks: stacks?.map((one) =>
        one.images === undefined
          ? one
          : {
              ...one,
              images: Object.fromEntries(
                Object.entries(one.images).map(([name, image]) => [name, place(image)]),
              ),
            },
      ),
    }),
  };
}

const ofImage = z.array(z.looseObject({ image: z.unknown().optional() })).optional();

const withImages = z.looseObject({
  containers: ofImage,
  services: ofImage,
  stacks: z
    .array(z.looseObject({ images: z.record(z.string(), z.unknown()).optional() }))
    .optional(),
});

const named = z.object({ name: topologySchema.shape.name });

/** Finds a name that a built-in topology has. Documents identify topologies by name. */
function findTakenName(described: unknown): WrongField[] {
  const name = named.safeParse(described).data?.name;
  if (!topologies.some((one) => one.name === name)) return [];
  const observed = `${name} is the name of a built-in topology`;
  return [{ path: ['name'], observed, hint: 'choose another name' }];
}
