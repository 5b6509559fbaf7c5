import { firstLine } from '../../process/errors/harness-error.ts';
import { tellEnvironment } from '../../report/vitest/environment.ts';
import type { RanOn } from '../../report/results/labels/environment-info.ts';
import type { Lab } from '../../spec/lab.ts';

/** Describes the environment of a run for the report, which matters first when two runs differ. */
export async function describeRun(
  lab: Pick<Lab, 'document' | 'provider' | 'cluster'>,
): Promise<RanOn> {
  const { topology, provider, machines, cluster } = lab.document;
  const engine = [...new Set(machines.map(({ engineVersion }) => engineVersion))];
  const machine = machines.map(({ name }) => name);
  const kernels = await readKernels(lab.provider, machine);
  const store = await lab.cluster.store
    .describe()
    // An unreachable store is reported by the specs.
    .catch((error: unknown) => `${cluster.kind} (version unknown: ${firstLine(error)})`);
  tellEnvironment({ provider, [topology]: `engine ${engine.join(', ')}, ${store}` });
  return { provider, machine, engine, store, kernel: [...new Set(kernels)] };
}

/**
 * Returns the kernels of the reachable machines. A driver may not run commands, and a spec may have broken a machine.
 */
async function readKernels(
  provider: Lab['provider'],
  machines: readonly string[],
): Promise<string[]> {
  const asked = await Promise.allSettled(
    machines.map(
      async (name) =>
        await provider.run(name, ['uname', '-sr'], {
          title: `uname -sr on ${name}`,
          limit: 15_000,
        }),
    ),
  );
  return asked.flatMap((one) => (one.status === 'fulfilled' ? [one.value.stdout.trim()] : []));
}
