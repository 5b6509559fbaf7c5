import type { CommandContext } from '../context.ts';
import { driverOf } from './drivers.ts';
import { Failure } from '../failure.ts';
import type { Host } from './host-config.ts';

const KEYS = ['swarm', 'driver', 'state', 'name', 'label'] as const;
type Key = (typeof KEYS)[number];
type Filters = ReadonlyMap<Key, readonly string[]>;

/** Reads `KEY=VALUE` conditions: one of the values of a key must hold, for every key. */
export function parseFilters(conditions: readonly string[]): Filters {
  const filters = new Map<Key, string[]>();
  for (const condition of conditions) {
    const equals = condition.indexOf('=');
    if (equals < 0) throw new Failure('Unsupported filter syntax');
    const name = condition.slice(0, equals);
    const key = KEYS.find((known) => known === name);
    if (key === undefined) throw new Failure(`Unsupported filter key '${name}'`);
    filters.set(key, [...(filters.get(key) ?? []), condition.slice(equals + 1)]);
  }
  filters.get('name')?.forEach(compilePattern);
  return filters;
}

/** The machines for which all filters hold. */
export function filterHosts(
  context: Pick<CommandContext, 'storage'>,
  hosts: readonly Host[],
  filters: Filters,
): Host[] {
  const masters = swarmMasters(hosts);
  const tests: Readonly<Record<Key, (host: Host, value: string) => boolean>> = {
    swarm: ({ config }, value) => masters.get(config.HostOptions.SwarmOptions.Discovery) === value,
    driver: ({ config }, value) => config.DriverName === value,
    state: (host, value) => stateOf(context, host)?.toLowerCase() === value.toLowerCase(),
    name: ({ name }, value) => compilePattern(value).test(name),
    label: ({ config }, value) => config.HostOptions.EngineOptions.Labels?.includes(value) === true,
  };
  return hosts.filter((host) =>
    [...filters].every(([key, values]) => values.some((value) => tests[key](host, value))),
  );
}

/** Returns the Swarm master of each cluster, by the discovery URL that the members share. */
export function swarmMasters(hosts: readonly Host[]): ReadonlyMap<string, string> {
  return new Map(
    hosts
      .filter(({ config }) => config.HostOptions.SwarmOptions.Master)
      .map(({ name, config }) => [config.HostOptions.SwarmOptions.Discovery, name]),
  );
}

function stateOf(context: Pick<CommandContext, 'storage'>, host: Host): string | undefined {
  try {
    return driverOf(host).state(context, host);
  } catch (error) {
    if (error instanceof Failure) return undefined;
    throw error;
  }
}

function compilePattern(pattern: string): RegExp {
  try {
    return new RegExp(pattern);
  } catch (error) {
    throw new Failure(`error parsing regexp: ${(error as Error).message}`);
  }
}
