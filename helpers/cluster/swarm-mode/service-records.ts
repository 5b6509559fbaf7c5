import { z } from 'zod';
import { scaleLimit } from '../../docker/endpoints/scale-limit.ts';
import type { Engine } from '../../docker/engine.ts';
import { onMachine } from '../../process/activity.ts';
import { allSettled } from '../../process/errors/harness-error.ts';
import { done, notYet, waitFor } from '../../process/waits/wait-for.ts';
import type { ServiceTask } from './service-tasks.ts';
import type { SwarmOptions } from './swarm-mode.ts';

/** A service on one network, as its manager describes it. */
export interface ServiceOnNetwork {
  readonly name: string;
  /** Its virtual address; empty with endpoint mode `dnsrr`. */
  readonly address: string;
  readonly tasks: readonly ServiceTask[];
}

/** A network with its services. */
export interface NetworkOfServices {
  readonly id: string;
  readonly name: string;
  readonly services: readonly ServiceOnNetwork[];
}

/**
 * Waits until each engine that runs a task on a network knows the virtual address and the tasks of each service on it.
 * These are the records from which the engine answers queries for the names of services, and learns of over gossip.
 */
export async function waitForServiceRecords(
  engines: readonly Engine[],
  networks: readonly NetworkOfServices[],
  { limit = 60_000, signal }: SwarmOptions = {},
): Promise<void> {
  const waits = networks.flatMap((network) =>
    engines
      .filter(({ machine }) =>
        network.services.some(({ tasks }) => tasks.some(({ node }) => node === machine.name)),
      )
      .map(async (engine) =>
        onMachine(engine.machine.name, () => waitForNetwork(engine, network, { limit, signal })),
      ),
  );
  await allSettled('services: names', waits);
}

async function waitForNetwork(
  engine: Engine,
  { id, name, services }: NetworkOfServices,
  { limit, signal }: { readonly limit: number; readonly signal: AbortSignal | undefined },
): Promise<void> {
  const { machine } = engine;
  const names = services.map((one) => one.name).join(', ');
  await waitFor(
    `${machine.name}: network ${name} resolves ${names}`,
    async () => {
      const known = await readRecords(engine, id, signal);
      const missing = services.flatMap((one) => describeMissing(one, known.get(one.name), id));
      return missing.length === 0 ? done(undefined) : notYet(missing.join('; '));
    },
    {
      limit: scaleLimit(limit, [machine]),
      every: 250,
      signal,
      hint: 'open port 7946 between the machines, TCP and UDP',
    },
  );
}

interface KnownService {
  readonly address: string;
  readonly tasks: readonly string[];
}

const inspected = z.looseObject({
  Services: z
    .record(
      z.string(),
      z.looseObject({
        VIP: z.string().default(''),
        Tasks: z.array(z.looseObject({ EndpointIP: z.string().default('') })).nullish(),
      }),
    )
    .nullish(),
});

async function readRecords(
  engine: Engine,
  network: string,
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<string, KnownService>> {
  const { raw } = await engine.networks.inspect(network, { verbose: true, signal, quiet: true });
  const { Services } = inspected.parse(raw);
  return new Map(
    Object.entries(Services ?? {}).map(([name, { VIP, Tasks }]) => [
      name,
      {
        // Go prints `<nil>` for a missing address.
        address: VIP === '<nil>' ? '' : VIP,
        tasks: (Tasks ?? []).map(({ EndpointIP }) => EndpointIP),
      },
    ]),
  );
}

function describeMissing(
  { name, address, tasks }: ServiceOnNetwork,
  known: KnownService | undefined,
  network: string,
): string[] {
  if (known === undefined) return [`${name} is unknown`];
  const wanted = tasks.map(({ addressesById }) => addressesById[network] ?? '');
  const unknown = wanted.filter((one) => !known.tasks.includes(one));
  return [
    ...(known.address === address
      ? []
      : [`${name} has the address ${known.address || 'none'} instead of ${address || 'none'}`]),
    ...unknown.map((one) => `task ${one} of ${name} is unknown`),
  ];
}
