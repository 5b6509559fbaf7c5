import { z } from 'zod';
import { connectEngine, type Engine } from '../../docker/engine.ts';
import type { ServiceFacts } from '../../docker/swarm/service-facts.ts';
import type { Machine } from '../../machine/machine.ts';
import { firstLine, HarnessError } from '../../process/errors/harness-error.ts';

/** A machine of the state directory with the content of its engine, as far as a convergence depends on it. */
export interface ObservedMachine {
  readonly machine: Machine;
  /** The content of the engine, or the error if it did not answer. */
  readonly engine: ObservedEngine | { readonly failure: string };
}

export interface ObservedEngine {
  readonly networks: readonly ObservedNetwork[];
  readonly containers: readonly ObservedContainer[];
  /** The services of the swarm, if the engine is a manager. */
  readonly services?: readonly ObservedService[];
}

export interface ObservedNetwork {
  readonly id: string;
  readonly name: string;
  readonly subnets: readonly string[];
  readonly isLocal: boolean;
}

export interface ObservedContainer {
  readonly id: string;
  readonly name: string;
  readonly isRunning: boolean;
  /** The ID of the service whose task it is. */
  readonly service?: string;
  /** The names and IDs of its networks, also if it joins them only when it starts. */
  readonly networks: readonly string[];
}

export interface ObservedService {
  readonly id: string;
  readonly name: string;
  /** The names or IDs of its networks. */
  readonly networks: readonly string[];
}

/** Reads the content of a machine's engine. Changes nothing. */
export async function observeMachine(
  machine: Machine,
  signal: AbortSignal,
): Promise<ObservedMachine> {
  if (machine.state !== 'Running') {
    return { machine, engine: { failure: `it is ${machine.state}` } };
  }
  using engine = connectEngine(machine);
  try {
    return { machine, engine: await observeEngine(engine, signal) };
  } catch (error) {
    signal.throwIfAborted();
    const line = error instanceof HarnessError ? error.observed : firstLine(error);
    return { machine, engine: { failure: line } };
  }
}

/** Milliseconds in which an engine must answer. */
const limit = 20_000;

async function observeEngine(engine: Engine, signal: AbortSignal): Promise<ObservedEngine> {
  const options = { limit, signal, quiet: true };
  const [info, networks, summaries] = await Promise.all([
    engine.info(options),
    engine.networks.list(options),
    engine.containers.list(options),
  ]);
  const services =
    info.swarmNode?.isManager === true ? await engine.services.list(options) : undefined;
  const containers = await Promise.all(
    summaries.map(async ({ id, name, state, labels }): Promise<ObservedContainer> => {
      const facts = await engine.containers.inspect(id, options);
      const service = labels[SERVICE];
      return {
        id,
        name,
        isRunning: state === 'running',
        ...(service === undefined ? {} : { service }),
        networks: [
          ...Object.entries(facts.networks).flatMap(([network, { networkId }]) => [
            network,
            networkId,
          ]),
          // A container that has never run is on no network yet.
          networkMode.parse(facts.hostConfig).NetworkMode,
        ],
      };
    }),
  );
  return {
    networks: networks.map(({ id, name, subnets, scope }) => ({
      id,
      name,
      subnets,
      isLocal: scope === 'local',
    })),
    containers,
    ...(services === undefined ? {} : { services: services.map(describeService) }),
  };
}

/** The label of a task's container. */
export const SERVICE = 'com.docker.swarm.service.id';

const networkMode = z.looseObject({ NetworkMode: z.string().default('') });

function describeService({ id, name, aliases }: ServiceFacts): ObservedService {
  return { id, name, networks: Object.keys(aliases) };
}
