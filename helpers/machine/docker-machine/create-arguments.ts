import { isIPv4 } from 'node:net';
import { DEFAULT_ENGINE } from '../../debian/engines/engine-bundle.ts';
import { checkImages, checkName } from '../../netns/state/check-request.ts';
import { HarnessError } from '../../process/errors/harness-error.ts';
import type { Environment } from '../provider-kind.ts';
import { environmentOf } from './environment.ts';
import type { MachineRequest, SwarmRequest } from '../machine.ts';
import { checkSwarm } from '../swarm-containers.ts';

/** Throws if no driver, or not the driver of this machine, could create it, before anything is created. */
export function checkRequest(request: MachineRequest, env: Environment): void {
  const { name, address, images = [], swarm } = request;
  // docker-machine would parse a leading dash as a flag and print its usage.
  checkName(name);
  if (address !== undefined && !isIPv4(address)) {
    throw new HarnessError({
      code: 'address-invalid',
      tried: `machine ${name}: create at "${address}"`,
      observed: 'not an IPv4 address',
      hint: 'give an address such as 192.168.99.100',
    });
  }
  checkImages(images);
  if (swarm !== undefined) checkSwarm(swarm);
  engineBundleOf(request, env);
}

/** Returns the engine bundle of a machine; undefined if its driver installs an engine itself. */
export function engineBundleOf(
  request: MachineRequest,
  env: Environment,
  usual = DEFAULT_ENGINE,
): string | undefined {
  const { name, engineBundle } = request;
  const driver = driverOf(request, env);
  if (driver === 'netns') {
    const own = ownVariables(request, env)['E2E_ENGINE_BUNDLE'];
    return own || engineBundle || env['E2E_ENGINE_BUNDLE'] || usual;
  }
  if (engineBundle === undefined) return undefined;
  throw new HarnessError({
    code: 'operation-unsupported',
    tried: `machine ${name}: create with the engine ${engineBundle}`,
    observed: `the driver ${driver} installs an engine itself`,
    hint: 'omit the engine version, or set E2E_PROVIDER=netns',
  });
}

/** Returns the flags of `docker-machine create` that every driver supports. */
export function createFlags(request: MachineRequest): string[] {
  const { engineOptions = [], engineLabels = [], tlsSans = [], swarm } = request;
  return [
    ...engineOptions.map((option) => `--engine-opt=${option}`),
    ...engineLabels.map((label) => `--engine-label=${label}`),
    ...tlsSans.map((san) => `--tls-san=${san}`),
    ...(swarm === undefined ? [] : swarmFlags(swarm)),
  ];
}

function swarmFlags(swarm: SwarmRequest): string[] {
  const { master, agent = true, experimental = false, opts = [], joinOpts = [] } = swarm;
  const texts = {
    discovery: swarm.discovery,
    image: swarm.image,
    strategy: swarm.strategy,
    host: swarm.host,
    addr: swarm.address,
  };
  return [
    ...(agent ? ['--swarm'] : []),
    ...(master ? ['--swarm-master'] : []),
    ...(experimental ? ['--swarm-experimental'] : []),
    ...Object.entries(texts).flatMap(([flag, text]) =>
      text === undefined ? [] : [`--swarm-${flag}=${text}`],
    ),
    ...opts.map((option) => `--swarm-opt=${option}`),
    ...joinOpts.map((option) => `--swarm-join-opt=${option}`),
  ];
}

/** The environment variables for a machine's address, by driver. */
const addressVariables: Readonly<Record<string, string>> = {
  generic: 'GENERIC_IP_ADDRESS',
  netns: 'NETNS_ADDRESS',
};

/** Returns the driver of a machine, which docker-machine reads from each machine's environment. */
export function driverOf(request: MachineRequest, env: Environment): string {
  return ownVariables(request, env)['MACHINE_DRIVER'] || env['MACHINE_DRIVER'] || 'virtualbox';
}

function ownVariables({ name, driver = {} }: MachineRequest, env: Environment) {
  return { ...driver, ...environmentOf(name, env) };
}

/**
 * Returns the environment variables of one `create`: the ones in the environment and the topology for this machine
 * only, and its address and its engine.
 */
export function environmentForCreate(
  request: MachineRequest,
  env: Environment,
): Record<string, string> {
  const { name, address, engineBundle } = request;
  // netns-machine's own variable.
  const engine = engineBundle === undefined ? {} : { E2E_ENGINE_BUNDLE: engineBundle };
  const own = { ...engine, ...ownVariables(request, env) };
  if (address === undefined) return own;
  const driverName = driverOf(request, env);
  const variable = addressVariables[driverName];
  if (variable === undefined) {
    throw new HarnessError({
      code: 'operation-unsupported',
      tried: `machine ${name}: create at ${address}`,
      observed: `the driver ${driverName} assigns addresses itself`,
      hint: 'omit the address',
    });
  }
  return { [variable]: address, ...own };
}
