import { HarnessError } from '../../process/harness-error.ts';
import { InterruptionWatch } from '../../process/interruption.ts';
import type { TopologyDocument } from '../../topology/document.ts';
import { seed } from '../../topology/seed.ts';
import { standUp } from '../../topology/stand-up.ts';
import type { Stage, Topology } from '../../topology/topology.ts';
import { showProgress } from '../progress.ts';
import { chooseProvider } from '../../machine/choose-provider.ts';
import { reportFailure } from './failure.ts';

export interface UpOptions {
  readonly json?: boolean;
  readonly until: Stage;
  readonly verbose?: boolean;
}

const topologies: Readonly<Record<string, Topology>> = { seed };

/** `overlay-e2e up`: gives the exit code. */
export async function runUp(name: string, options: UpOptions): Promise<number> {
  using watch = new InterruptionWatch(({ observed }) =>
    console.error(`overlay-e2e: ${observed}; taking everything down`),
  );
  const startedAt = performance.now();
  const stopProgress = showProgress({ verbose: options.verbose ?? false });
  try {
    const topology = findTopology(name);
    const { provider } = await chooseProvider();
    const document = await standUp(topology, provider, { until: options.until, watch });
    stopProgress();
    const seconds = (performance.now() - startedAt) / 1000;
    console.log(options.json ? JSON.stringify(document, null, 2) : summarize(document, seconds));
    return 0;
  } catch (error) {
    stopProgress();
    return reportFailure(error);
  }
}

function findTopology(name: string): Topology {
  const topology = Object.hasOwn(topologies, name) ? topologies[name] : undefined;
  if (topology !== undefined) return topology;
  throw new HarnessError({
    tried: `find topology ${name}`,
    observed: 'there is none of this name',
    remedy: `there is ${Object.keys(topologies).join(', ')}`,
  });
}

function summarize(document: TopologyDocument, seconds: number): string {
  const { machines, networks, workload, carEndpoint } = document;
  return [
    `${document.topology} is up after ${seconds.toFixed(1)} s: provider ${document.provider}, store ${document.store}`,
    ...table(machines.map((one) => [one.name, one.engineUrl, `engine ${one.engineVersion}`])),
    ...table(networks.map((one) => [one.name, one.subnet, one.scope, one.id])),
    ...table(workload.map((one) => [one.container, one.address, `on ${one.machine}`])),
    ...(carEndpoint === undefined ? [] : [`  ${carEndpoint}`]),
    'Take it down with «overlay-e2e down».',
  ].join('\n');
}

function table(rows: readonly (readonly string[])[]): string[] {
  const widthOf = (column: number) => Math.max(...rows.map((row) => row[column]?.length ?? 0));
  return rows.map((row) =>
    `  ${row.map((cell, column) => cell.padEnd(widthOf(column))).join('   ')}`.trimEnd(),
  );
}
