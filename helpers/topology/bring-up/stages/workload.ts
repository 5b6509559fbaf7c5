import { connectEngine } from '../../../docker/engine.ts';
import type { Machine } from '../../../machine/machine.ts';
import { onMachine } from '../../../process/activity.ts';
import { HarnessError } from '../../../process/errors/harness-error.ts';
import { carUrl } from '../../../workload/car-service.ts';
import {
  type CarServiceContainers,
  type CarServiceImages,
  createCarService,
  type Placement,
  startCarService,
} from '../../../workload/deploy-car-service.ts';
import { waitForCarService } from '../../../workload/wait-for-car-service.ts';
import type { TopologyDocument } from '../../document.ts';
import type { CarService } from '../../topology.ts';
import { runStage } from './run-stage.ts';

/** The workload's part of the topology's document. */
export type RunningWorkload = Pick<TopologyDocument, 'workload' | 'carEndpoint'>;

/**
 * Runs the car service. Ready when car 1 can be read from the database on the other engine through the published port,
 * from outside the cluster.
 *
 * @param networks resolves when the containers may start; they are created before that
 * @param onCreated is called when both containers exist, before they start
 */
export async function bringUpWorkload(
  { network, application, database }: CarService,
  machines: readonly Machine[],
  images: CarServiceImages,
  networks: Promise<unknown>,
  signal: AbortSignal,
  onCreated?: (containers: CarServiceContainers) => Promise<void>,
): Promise<RunningWorkload> {
  return await runStage('workload', async () => {
    const placements = {
      application: place(application, machines, images.tomcat),
      database: place(database, machines, images.mysql),
    };
    const [containers] = await Promise.all([
      createCarService({ network, ...placements }, { signal }),
      requireTwoEngines(placements.application, placements.database, signal),
      networks,
    ]);
    await onCreated?.(containers);
    await startCarService(containers, { signal });
    const carEndpoint = carUrl(containers.application.machine.address, 1);
    await onMachine(application.machine, () =>
      waitForCarService({ url: carEndpoint, containers: Object.values(containers), signal }),
    );
    return { workload: await describeContainers(containers, network, signal), carEndpoint };
  });
}

/** Throws if both containers are on one engine, because their traffic would not cross the overlay and prove nothing. */
async function requireTwoEngines(
  application: Placement,
  database: Placement,
  signal: AbortSignal,
): Promise<void> {
  const [one, other] = await Promise.all(
    [application, database].map(({ engine }) => engine.info({ signal })),
  );
  if (one?.id !== other?.id) return;
  throw new HarnessError({
    code: 'engine-unsuitable',
    tried: `workload: ${application.container} and ${database.container} on two engines`,
    observed: `both would run on engine ${one?.id}`,
    hint: 'name two machines in the topology whose engines have different IDs',
  });
}

async function describeContainers(
  { application, database }: CarServiceContainers,
  network: string,
  signal: AbortSignal,
): Promise<RunningWorkload['workload']> {
  return await Promise.all(
    [application, database].map(async (container) => ({
      container: container.name,
      id: container.id,
      machine: container.machine.name,
      network,
      address: await container.addressOn(network, { signal }),
    })),
  );
}

function place(
  { container, machine: name }: CarService['application'],
  machines: readonly Machine[],
  image: Placement['image'],
): Placement {
  const machine = machines.find((one) => one.name === name);
  if (machine === undefined) throw new Error(`container ${container}: no machine ${name}`);
  return { engine: connectEngine(machine), container, image };
}
