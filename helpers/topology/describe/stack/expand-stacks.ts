import { isAbsolute, join } from 'node:path';
import { z } from 'zod';
import {
  type AddressRange,
  formatRange,
  overlap,
  parseSubnet,
} from '../../../process/address-range.ts';
import { omitUndefined } from '../../../process/omit-undefined.ts';
import { IMAGE_TAGS } from '../../../workload/images/prepare-images.ts';
import { stack as stackSchema } from '../../service-schema.ts';
import type { Topology, TopologyService } from '../../topology.ts';
import { type ReadStack, readStack } from './read-stack.ts';
import type { StackFile } from './stack-schema.ts';

const list = z.array(z.looseObject({})).catch([]);

/** The part of a description that stacks add to. */
const expandable = z.looseObject({
  cluster: z.looseObject({ manager: z.string() }),
  networks: z.array(z.looseObject({ subnet: z.string().catch('') })).catch([]),
  stacks: z.array(stackSchema).min(1),
  services: list,
  configs: list,
  secrets: list,
});

type Parts = Required<Pick<Topology, 'networks' | 'services' | 'configs' | 'secrets'>>;

/**
 * Replaces the stacks of a description by their services, networks, configs and secrets. Leaves a description with
 * unsuitable stacks unchanged, because its check reports them.
 *
 * @param folder the folder of the description, to which paths are relative
 */
export async function expandStacks(
  described: unknown,
  folder: string,
  machineRange: AddressRange | undefined,
): Promise<unknown> {
  const { data } = expandable.safeParse(described);
  if (data === undefined) return described;
  const { stacks, ...whole } = data;
  const subnets = data.networks.map((one) => one.subnet);
  const surroundings: Surroundings = {
    createdOn: data.cluster.manager,
    chooseSubnet: () => {
      const chosen = chooseSubnet(subnets, machineRange);
      subnets.push(chosen);
      return chosen;
    },
  };
  const parts: Parts[] = [];
  for (const stack of stacks) {
    const read = await readStack(isAbsolute(stack.file) ? stack.file : join(folder, stack.file));
    parts.push(partsOf(stack, read, surroundings));
  }
  return {
    ...whole,
    networks: [...whole.networks, ...parts.flatMap(({ networks }) => networks)],
    services: [...whole.services, ...parts.flatMap(({ services }) => services)],
    configs: [...whole.configs, ...parts.flatMap(({ configs }) => configs)],
    secrets: [...whole.secrets, ...parts.flatMap(({ secrets }) => secrets)],
  };
}

/** Returns the first free range of Docker's default pool for overlay networks. */
function chooseSubnet(taken: readonly string[], machineRange: AddressRange | undefined): string {
  const ranges = [...taken, '10.0.0.0/24'].flatMap((one) => parseSubnet(one) ?? []);
  const used = machineRange === undefined ? ranges : [...ranges, machineRange];
  for (let third = 1; third < 256; third += 1) {
    const range = parseSubnet(`10.0.${third}.0/24`);
    if (range !== undefined && !used.some((one) => overlap(one, range))) return formatRange(range);
  }
  throw new Error('no free subnet in 10.0.0.0/16');
}

interface Surroundings {
  readonly createdOn: string;
  readonly chooseSubnet: () => string;
}

function partsOf(
  stack: z.infer<typeof stackSchema>,
  { stack: file, contents }: ReadStack,
  { createdOn, chooseSubnet: choose }: Surroundings,
): Parts {
  const { networks = {}, configs = {}, secrets = {}, services } = file;
  const isDefaultUsed = Object.values(services).some(
    (one) => one.networks === undefined || one.networks.some(({ name }) => name === 'default'),
  );
  const declared = isDefaultUsed ? { default: null, ...networks } : networks;
  const names: Names = {
    networks: fullNames(stack.name, declared),
    configs: fullNames(stack.name, configs),
    secrets: fullNames(stack.name, secrets),
  };
  return {
    networks: Object.entries(declared).flatMap(([name, one]) => {
      if (one !== null && 'external' in one) return [];
      const { ipam, driver_opts: encryption, internal } = one ?? {};
      return [
        {
          name: nameOf(names.networks, name),
          driver: 'overlay' as const,
          subnet: ipam?.config[0]?.subnet ?? choose(),
          createdOn,
          ...omitUndefined({ internal, encrypted: encryption && true }),
        },
      ];
    }),
    services: Object.entries(services).map(([name, one]) => serviceOf(stack, name, one, names)),
    configs: storedFiles(configs, names.configs, contents),
    secrets: storedFiles(secrets, names.secrets, contents),
  };
}

/** The names of parts of a stack file in the swarm: with the stack's name before them, unless they are external. */
type Names = Readonly<Record<'networks' | 'configs' | 'secrets', ReadonlyMap<string, string>>>;

function fullNames(
  stack: string,
  all: Readonly<Record<string, object | null>>,
): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(all).map(([name, one]) => {
      if (one === null || !('external' in one)) return [name, `${stack}_${name}`];
      const external: unknown = Object(one)['name'];
      return [name, typeof external === 'string' ? external : name];
    }),
  );
}

function nameOf(names: ReadonlyMap<string, string>, name: string): string {
  return names.get(name) ?? name;
}

function storedFiles(
  all: NonNullable<StackFile['configs']>,
  names: ReadonlyMap<string, string>,
  contents: ReadonlyMap<string, string>,
): Parts['configs'] {
  return Object.entries(all).flatMap(([name, one]) => {
    if ('external' in one) return [];
    const content = 'file' in one ? (contents.get(one.file) ?? '') : one.content;
    return [{ name: nameOf(names, name), content }];
  });
}

/** The names of the images of the car service. */
const recipes = ['tomcat', 'mysql'] as const;

function serviceOf(
  { name: stack, images = {} }: z.infer<typeof stackSchema>,
  name: string,
  service: StackFile['services'][string],
  names: Names,
): TopologyService {
  const { image, command, entrypoint, environment, ports, healthcheck, deploy = {} } = service;
  const recipe = recipes.find((one) => IMAGE_TAGS[one] === image && images[image] === undefined);
  const networks = service.networks ?? [{ name: 'default', aliases: [] }];
  return {
    name: `${stack}_${name}`,
    stack,
    // Containers of a stack know each other's services by the names in the file.
    networks: networks.map((one) => ({
      name: nameOf(names.networks, one.name),
      aliases: [name, ...one.aliases],
    })),
    ...(recipe === undefined ? { image: images[image] ?? image } : { recipe }),
    ...omitUndefined({
      command,
      entrypoint,
      environment,
      ports,
      mode: deploy.mode,
      replicas: deploy.replicas,
      endpoint: deploy.endpoint_mode,
      constraints: deploy.placement?.constraints,
      configs: service.configs?.map(({ source, target = `/${source}` }) => ({
        name: nameOf(names.configs, source),
        target,
      })),
      secrets: service.secrets?.map(({ source, target = source }) => ({
        name: nameOf(names.secrets, source),
        target,
      })),
      health:
        healthcheck &&
        omitUndefined({
          command: healthcheck.test,
          interval: healthcheck.interval,
          timeout: healthcheck.timeout,
          retries: healthcheck.retries,
          startPeriod: healthcheck.start_period,
        }),
      stopGrace: service.stop_grace_period,
      update: deploy.update_config && updateOf(deploy.update_config),
      rollback: deploy.rollback_config && updateOf(deploy.rollback_config),
    }),
  };
}

type Update = NonNullable<NonNullable<StackFile['services'][string]['deploy']>['update_config']>;

function updateOf({ failure_action: onFailure, ...update }: Update) {
  return omitUndefined({ ...update, onFailure });
}
