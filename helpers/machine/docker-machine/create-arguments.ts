import { isIPv4 } from 'node:net';
import { DEFAULT_ENGINE } from '../../debian/engines/engine-bundle.ts';
import { checkImages, checkName } from '../../netns/state/check-request.ts';
import { HarnessError } from '../../process/errors/harness-error.ts';
import { type Environment, environmentOf } from './environment.ts';
import type { MachineRequest, SwarmRequest } from '../machine.ts';
import { checkSwarm } from '../swarm-containers.ts';

/** Refuses what no driver can make, or not the one that makes this machine, before anything is made. */
export function checkRequest(request: MachineRequest, env: Environment): void {
  const { name, address, images = [], swarm } = request;
  // docker-machine would take a leading dash for a flag and print its usage.
  checkName(name);
  if (address !== undefined && !isIPv4(address)) {
    throw new HarnessError({
      code: 'address-invalid',
      tried: `machine ${name}: create at «${address}»`,
      observed: 'it is not an IPv4 address',
      remedy: 'give one like 192.168.99.100',
    });
  }
  checkImages(images);
  if (swarm !== undefined) checkSwarm(swarm);
  engineBundleOf(request, env);
}

/** The engine bundle that the driver gives the machine; undefined where it brings an engine of its own. */
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
    observed: `the driver ${driver} brings an engine of its own`,
    remedy: 'leave the engine bundle open, or take the provider netns (E2E_PROVIDER=netns)',
  });
}

/** The flags of `docker-machine create` that every driver has. */
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

/** How a driver is told the address that a machine shall have. */
const addressVariables: Readonly<Record<string, string>> = {
  generic: 'GENERIC_IP_ADDRESS',
  netns: 'NETNS_ADDRESS',
};

/** The driver that makes the machine: docker-machine's own rule, for each machine. */
export function driverOf(request: MachineRequest, env: Environment): string {
  return ownVariables(request, env)['MACHINE_DRIVER'] || env['MACHINE_DRIVER'] || 'virtualbox';
}

function ownVariables({ name, driver = {} }: MachineRequest, env: Environment) {
  return { ...driver, ...environmentOf(name, env) };
}

/**
 * The variables of this one `create`: what the caller's environment and the topology say for the machine alone, and
 * the address and the engine that it is to have.
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
      observed: `the driver ${driverName} gives addresses itself`,
      remedy: 'leave the address open',
    });
  }
  return { [variable]: address, ...own };
}
