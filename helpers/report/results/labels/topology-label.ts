import { label, parameter } from 'allure-js-commons';
import { reportRuntime } from '../evidence.ts';
import { readRanOn } from './environment-info.ts';

/** The label that separates results by topology; the same spec runs on each. */
const name = 'topology';

interface Labelled {
  readonly labels?:
    | readonly { readonly name: string; readonly value?: string | undefined }[]
    | undefined;
}

/** Labels the running test with its topology, so that it gets a history for each. */
export async function tellTopology(topology: string): Promise<void> {
  if (reportRuntime() === undefined) return;
  await label(name, topology);
  await parameter(name, topology);
}

/** Returns the topology of a result. */
export function topologyOf({ labels = [] }: Labelled): string | undefined {
  return labels.find((one) => one.name === name)?.value;
}

/** The environments of a report: a topology each, with the version of its engines, when its results are of several. */
export function environmentsOf(results: readonly Labelled[]) {
  const engines = new Map(
    results.flatMap((result) => {
      const [topology, engine] = [topologyOf(result), readRanOn(result)?.engine.join(', ')];
      return topology === undefined || engine === undefined ? [] : [[topology, engine] as const];
    }),
  );
  const nameOf = (topology: string) => {
    const engine = engines.get(topology);
    return engine === undefined || topology.includes('@')
      ? topology
      : `${topology}, engine ${engine}`;
  };
  const { compare } = new Intl.Collator('en', { numeric: true });
  const names = [...new Set(results.flatMap((result) => topologyOf(result) ?? []))].sort(compare);
  if (names.length < 2) return {};
  return Object.fromEntries(
    names.map((topology) => [
      // Allure takes no other signs in an environment's id.
      topology.replaceAll(/[^\w-]/g, '_'),
      { name: nameOf(topology), matcher: (result: Labelled) => topologyOf(result) === topology },
    ]),
  );
}
