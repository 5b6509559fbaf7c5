import type { CommandContext } from '../context.ts';
import { driverOf } from './drivers.ts';
import { queryVersion } from '../engine-connection.ts';
import { swarmMasters } from './host-filters.ts';
import type { Host, HostConfig } from './host-config.ts';
import { swarmUrl } from './host.ts';
import { compareNaturally } from './natural-order.ts';

/** A machine whose config.json cannot be read. */
export interface BrokenHost {
  readonly name: string;
  readonly error: string;
}

/** The fields of a machine in `ls`, with the names for `--format`. */
export interface ListItem {
  readonly Name: string;
  readonly Active: string;
  readonly ActiveHost: boolean;
  readonly ActiveSwarm: boolean;
  readonly DriverName: string;
  readonly State: string;
  readonly URL: string;
  readonly Swarm: string;
  readonly SwarmOptions: unknown;
  readonly EngineOptions: unknown;
  readonly DockerVersion: string;
  readonly ResponseTime: string;
  readonly Error: string;
}

const NOTHING: Omit<ListItem, 'Name'> = {
  Active: '',
  ActiveHost: false,
  ActiveSwarm: false,
  DriverName: '',
  State: '',
  URL: '',
  Swarm: '',
  SwarmOptions: null,
  EngineOptions: null,
  DockerVersion: '',
  ResponseTime: '0s',
  Error: '',
};

/**
 * Queries all machines in parallel. A machine without an answer within `limit` is listed as `Timeout`.
 */
export async function listItems(
  context: CommandContext,
  hosts: readonly Host[],
  broken: readonly BrokenHost[],
  limit: number,
): Promise<ListItem[]> {
  const masters = swarmMasters(hosts);
  const items = await Promise.all(
    hosts.map((host) => withinLimit(readItem(context, host, masters), host, limit)),
  );
  const errors = broken.map(({ name, error }) => ({
    ...NOTHING,
    Name: name,
    DriverName: 'not found',
    State: 'Error',
    Error: error.replaceAll('\n', ''),
  }));
  return [...items, ...errors].sort((a, b) => compareNaturally(a.Name, b.Name));
}

type Lookout = (signal: AbortSignal) => Promise<ListItem>;

async function withinLimit(look: Lookout, { name, config }: Host, limit: number) {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<ListItem>((resolve) => {
    timer = setTimeout(() => {
      resolve({ ...NOTHING, Name: name, DriverName: config.DriverName, State: 'Timeout' });
      controller.abort();
    }, limit);
  });
  try {
    return await Promise.race([look(controller.signal), late]);
  } finally {
    clearTimeout(timer);
  }
}

function readItem(
  context: CommandContext,
  host: Host,
  masters: ReadonlyMap<string, string>,
): Lookout {
  return async (signal) => {
    const { SwarmOptions, EngineOptions } = host.config.HostOptions;
    const item = {
      ...NOTHING,
      Name: host.name,
      Active: '-',
      DriverName: host.config.DriverName,
      SwarmOptions,
      EngineOptions,
      Swarm: swarmColumn(host.config, masters),
      DockerVersion: 'Unknown',
    };
    let url: string;
    try {
      const driver = driverOf(host);
      const state = driver.state(context, host);
      if (state !== 'Running') return { ...item, State: state };
      url = driver.url(host);
    } catch (error) {
      return { ...item, DriverName: 'not-found', State: 'Error', Error: (error as Error).message };
    }
    const running = { ...item, State: 'Running', URL: url, ...activity(context, host, url) };
    const asked = performance.now();
    try {
      const version = await queryVersion(url, host.config, signal);
      const took = Math.round(performance.now() - asked);
      return { ...running, DockerVersion: `v${version}`, ResponseTime: `${took}ms` };
    } catch (error) {
      return { ...running, Error: `Unable to query docker version: ${(error as Error).message}` };
    }
  };
}

function activity(context: CommandContext, host: Host, url: string) {
  const pointedTo = context.environment['DOCKER_HOST'];
  const { Master, Host } = host.config.HostOptions.SwarmOptions;
  if (pointedTo === url) return { Active: '*', ActiveHost: true };
  if (Master && pointedTo === swarmUrl(url, Host)) {
    return { Active: '* (swarm)', ActiveSwarm: true };
  }
  return {};
}

function swarmColumn(config: HostConfig, masters: ReadonlyMap<string, string>): string {
  const { Discovery, Master } = config.HostOptions.SwarmOptions;
  if (Discovery === '') return '';
  const master = masters.get(Discovery) ?? '';
  return Master ? `${master} (master)` : master;
}
