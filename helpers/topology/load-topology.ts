import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { expectMachineRange } from '../machine/machine-range.ts';
import { firstLine, HarnessError } from '../process/harness-error.ts';
import { findWrongFields, wrongFields } from './check-topology.ts';
import type { WrongField } from './cross-check.ts';
import { findRefusedEngines } from './refused-engines.ts';
import { findTopology, topologies } from './topologies.ts';
import type { Topology } from './topology.ts';
import { topologySchema } from './topology-schema.ts';

/**
 * The topology of that name, or the one that a file describes: as JSON, or as the default export of a module in
 * TypeScript or JavaScript. All that is wrong with it is told at once.
 */
export async function loadTopology(nameOrFile: string): Promise<Topology> {
  if (!/\.(json|[cm]?[jt]s)$/.test(nameOrFile)) return findTopology(nameOrFile);
  const described = await readDescription(nameOrFile);
  if (described === undefined) {
    throw new HarnessError({
      tried: `read ${nameOrFile}`,
      observed: 'it exports no default',
      remedy: 'write «export default» before the topology',
    });
  }
  const fields = [
    ...findWrongFields(described, expectMachineRange()),
    ...findTakenName(described),
    ...(await findRefusedEngines(described)),
  ];
  if (fields.length > 0) throw wrongFields(nameOrFile, fields);
  return topologySchema.parse(described);
}

async function readDescription(file: string): Promise<unknown> {
  const path = resolve(file);
  // Read in any case: what an import says of a file that is not there is long.
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw unreadable(file, cause, 'name a file, or one of the topologies that there are');
  });
  try {
    if (path.endsWith('.json')) return JSON.parse(text) as unknown;
    const module = (await import(pathToFileURL(path).href)) as { readonly default?: unknown };
    return module.default;
  } catch (cause) {
    throw unreadable(file, cause, 'it has to be JSON, or a module that runs as it stands');
  }
}

function unreadable(file: string, cause: unknown, remedy: string): HarnessError {
  return new HarnessError({ tried: `read ${file}`, observed: firstLine(cause), remedy, cause });
}

const named = z.object({ name: topologySchema.shape.name });

/** A store's document names its topology: it must not be taken for the built-in one. */
function findTakenName(described: unknown): WrongField[] {
  const name = named.safeParse(described).data?.name;
  if (!topologies.some((one) => one.name === name)) return [];
  const observed = `${name} is a topology that there is already`;
  return [{ path: ['name'], observed, remedy: 'give it another' }];
}
