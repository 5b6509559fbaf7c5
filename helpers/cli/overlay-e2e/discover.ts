import { printable, printableJson, printableLines } from '../../process/text/printable.ts';
import { InterruptionWatch } from '../../process/errors/interruption.ts';
import { findEngines, type TargetOptions } from '../../topology/target/choose-target.ts';
import type { ClusterFile } from '../../topology/describe/cluster-file-schema.ts';
import type { Machine } from '../../machine/machine.ts';
import { showProgress } from '../progress.ts';
import { reportFailure } from './failure.ts';

/** Milliseconds for each request to the named engine. */
const requestLimit = 15_000;

/** Runs `overlay-e2e discover` and returns the exit code. */
export async function runDiscover(
  options: TargetOptions & { readonly verbose?: boolean },
): Promise<number> {
  using watch = new InterruptionWatch();
  const stopProgress = await showProgress({ verbose: options.verbose ?? false });
  try {
    const { signal } = watch;
    const { machines, unreached } = await findEngines(options, { signal, limit: requestLimit });
    stopProgress();
    const file: ClusterFile = { hosts: machines.map(describeHost) };
    console.log(printableJson(file, 2));
    for (const line of unreached) {
      console.error(printableLines(`overlay-e2e: not in the file: ${printable(line)}`));
    }
    return unreached.length === 0 ? 0 : 1;
  } catch (error) {
    stopProgress();
    reportFailure(watch.interrupted ?? error);
    return watch.interrupted?.exitCode ?? 2;
  }
}

function describeHost({ name, url, address, certificates }: Machine): ClusterFile['hosts'][number] {
  return {
    name,
    endpoint: url,
    ...(certificates === '' ? {} : { tlsFolder: certificates }),
    ...(address === '' ? {} : { address }),
  };
}
