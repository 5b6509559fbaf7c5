import type { PreparedImage } from '../../../workload/images/prepare-images.ts';
import { bringImages } from './bring-images.ts';
import { bringSwarmImage } from './bring-swarm-image.ts';
import { type CommandContext, say } from '../context.ts';
import { Failure } from '../failure.ts';
import type { FlagValues } from '../flags.ts';
import { loadOperations } from '../hosts/machine-operations.ts';
import { engineSettings, swarmRequest } from './host-options.ts';
import { tellOfTransfers } from '../transfers.ts';
import { omitUndefined } from '../../../process/omit-undefined.ts';

/**
 * Creates a machine on this computer and waits until its engine answers.
 *
 * @param driver `netns` for a machine in namespaces, `uml` for one with its own kernel
 * @returns true if it runs its Swarm containers
 */
export async function createLocal(
  context: CommandContext,
  name: string,
  driver: 'netns' | 'uml',
): Promise<boolean> {
  const { flags } = context;
  const memory = readAmount(flags, `${driver}-memory`);
  const cpus = readAmount(flags, `${driver}-cpus`);
  say('Running pre-create checks...');
  await tellOfTransfers(name);
  const [{ checkName }, { requireHost }, { requireOwnKernels }] = await Promise.all([
    import('../../../netns/state/check-request.ts'),
    import('../../../netns/doctor/require-host.ts'),
    import('../../../machine/uml/require-own-kernels.ts'),
  ]);
  let images: readonly string[];
  let swarmImage: PreparedImage | undefined;
  try {
    checkName(name);
    if (driver === 'uml') requireOwnKernels(`machine ${name}: create`);
    requireHost(driver);
    images = await bringImages(flags.list(`${driver}-image`));
    swarmImage = await bringSwarmImage(flags, driver);
  } catch (error) {
    throw new Failure(
      `Error with pre-create check: ${JSON.stringify((error as Error).message)}`,
      3,
    );
  }
  say('Creating machine...');
  say(`(${name}) Starting the ${driver} host...`);
  const { provider } = await loadOperations(context);
  const request = {
    name,
    images: [...images, ...(swarmImage?.archive === undefined ? [] : [swarmImage.archive])],
    tlsSans: flags.list('tls-san'),
    engineOptions: flags.list('engine-opt'),
    engineLabels: flags.list('engine-label'),
    engineSettings: engineSettings(flags),
    ...(await swarmOf(flags, swarmImage)),
    egress: flags.on(`${driver}-egress`),
    ...(driver === 'netns' ? {} : { kernel: 'own' as const }),
    ...omitUndefined({ memory, cpus }),
    ...textIfGiven(flags, `${driver}-address`, 'address'),
    ...textIfGiven(flags, `${driver}-subnet`, 'subnet'),
    ...textIfGiven(flags, `${driver}-engine`, 'engineBundle'),
  };
  try {
    await untilSignal((signal) => provider.create(request, { signal }));
  } catch (error) {
    throw new Failure(`Error creating machine: ${(error as Error).message}`);
  }
  if (swarmImage !== undefined) say('Configuring swarm...');
  say('Docker is up and running!');
  return swarmImage !== undefined;
}

/** Returns the machine's part in a Swarm, to start with an image; without an image it is only recorded. */
async function swarmOf(flags: FlagValues, image: PreparedImage | undefined) {
  const swarm = swarmRequest(flags);
  if (image !== undefined) return { swarm: { ...swarm, image: image.tag } };
  const { swarmOptionsOf } = await import('../../../machine/swarm-containers.ts');
  return { swarmOptions: swarmOptionsOf(swarm) };
}

/** Removes the unfinished machine after Ctrl-C and other signals. */
async function untilSignal<T>(run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const end = (signal: NodeJS.Signals) =>
    controller.abort(`${signal} received; the machine is removed`);
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.once(signal, end);
  try {
    return await run(controller.signal);
  } catch (error) {
    throw controller.signal.aborted ? new Error(String(controller.signal.reason)) : error;
  } finally {
    for (const signal of signals) process.off(signal, end);
  }
}

function textIfGiven<Key extends string>(
  flags: FlagValues,
  flag: string,
  key: Key,
): { readonly [K in Key]?: string } {
  const text = flags.text(flag);
  return (text === '' ? {} : { [key]: text }) as { readonly [K in Key]?: string };
}

function readAmount(flags: FlagValues, flag: string): number | undefined {
  const text = flags.text(flag);
  if (text === '') return undefined;
  const amount = Number(text);
  if (amount > 0) return amount;
  throw new Failure(
    `Error setting machine configuration from flags provided: --${flag} must be a number above 0, not "${text}"`,
  );
}
