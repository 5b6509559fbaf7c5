import { z } from 'zod';
import { kernelFeatures } from '../machine/kernel-feature.ts';
import { clusterPlan } from '../cluster/cluster-plan.ts';
import {
  dockerName,
  environment,
  hostName,
  image,
  port,
  publishedPort,
  setting,
  subnet,
} from './schema-fields.ts';
import { service, stack, storedFile } from './service-schema.ts';

const engineOption = z.string().regex(/^[a-z][a-z-]*(=|$)/, 'it is not OPTION=VALUE or OPTION');

const engineBundle = z.string().min(1, 'it is empty: name a version, "system" or a folder');

const machine = z.strictObject({
  /** The machine's name and hostname. */
  name: hostName,
  /** Engine options, in addition to those of the cluster kind. */
  engineOptions: z.array(engineOption).exactOptional(),
  /** Labels of the engine, `KEY=VALUE`. */
  engineLabels: z.array(setting).exactOptional(),
  /** The engine of this machine: a version, `system`, or a folder with dockerd. */
  engineBundle: engineBundle.exactOptional(),
  /** Labels of the machine's node in a swarm, `KEY=VALUE`, for the constraints of services. */
  nodeLabels: z.array(setting).exactOptional(),
  /**
   * `own` for a machine with its own kernel, User-mode Linux, on the same network as the others. With docker-machine,
   * the driver decides.
   */
  kernel: z.literal('own').exactOptional(),
  /** Variables for docker-machine's driver, such as `GENERIC_IP_ADDRESS`. */
  driver: z.record(z.string(), z.string()).exactOptional(),
});

const network = z.strictObject({
  /** The network's name, as in `docker network ls`. */
  name: dockerName,
  /** Only overlay networks are supported. */
  driver: z.literal('overlay'),
  /** The network's IPv4 range, `10.0.9.0/24`. It must not overlap with the machines' range. */
  subnet,
  /** The machine on which the network is created. The others learn of it through the cluster. */
  createdOn: z.string(),
  /** Encrypts packets between hosts, as `docker network create --opt encrypted`. Only in swarm mode. */
  encrypted: z.boolean().exactOptional(),
  /** Gives the containers no route out, as `docker network create --internal`. Only in swarm mode. */
  internal: z.boolean().exactOptional(),
});

const placement = z.strictObject({
  /** The container's name, which other containers on the network resolve. */
  container: dockerName,
  /** The machine that runs the container. */
  machine: z.string(),
});

/** The car service: an application on one machine, its database on another. */
const carService = z.strictObject({
  /** The overlay network of both containers. */
  network: z.string(),
  /** The container that answers HTTP requests, published on port 8080 of its machine. */
  application: placement,
  /** The container with the database. */
  database: placement,
});

/** A user-defined container. */
const container = z.strictObject({
  /** The container's name, which other containers on the network resolve. */
  name: dockerName,
  /** The machine that runs the container. */
  machine: z.string(),
  /** The overlay network of the container. */
  network: z.string(),
  /**
   * A tag that the engine pulls, a `docker save` archive (path relative to this file), or Debian packages:
   * `{ debian: ['nginx-light'] }`. An image of packages also contains a shell, busybox, getent and ping.
   */
  image,
  /** The command instead of the image's, as after the image in `docker run`. */
  command: z.array(z.string()).min(1, 'empty list').exactOptional(),
  /** The entry point with its arguments, as in `docker run --entrypoint`. */
  entrypoint: z.array(z.string()).min(1, 'empty list').exactOptional(),
  /** Environment variables, as in `docker run -e`. */
  environment: environment.exactOptional(),
  /** Published ports, as in `docker run -p`: `8080:80`, `53:53/udp`. */
  ports: z.array(publishedPort).exactOptional(),
  /** TCP ports. The container is ready when it listens on them; without this field, as soon as it runs. */
  listensOn: z.array(port).exactOptional(),
});

/** The number of hosts of a cluster. */
export const hosts = z
  .int()
  .min(1, 'it is not a number of 1 or more')
  .max(1000, 'it is more than 1000');

const perHostCount = z
  .int()
  .min(0, 'it is not a number of 0 or more')
  .max(100, 'it is more than 100');

/** Containers and services of each host. */
export const perHost = z.strictObject({
  /** The overlay network of the containers and services. */
  network: z.string(),
  /** Containers on each host: `host-3-1`, `host-3-2`. Default: 0. */
  containers: perHostCount.exactOptional(),
  /** Services with one task on each host: `host-3-service-1`. Their endpoint is `dnsrr`. Only in swarm mode. Default: 0. */
  services: perHostCount.exactOptional(),
  /** The image, as in `containers`. Default: a shell that waits. */
  image: image.exactOptional(),
  /** The command instead of the image's. */
  command: z.array(z.string()).min(1, 'empty list').exactOptional(),
});

/** A description of a cluster that `overlay-e2e up` creates. */
export const topologySchema = z.strictObject({
  /** The topology's name in documents and reports. */
  name: hostName,
  /** The cluster kind: how the engines find each other. */
  cluster: clusterPlan,
  /**
   * The engine of the machines: a version, `system`, or a folder with dockerd. The default is the provider's choice.
   * E2E_ENGINE_BUNDLE takes precedence over this field, and the field of a machine over both.
   */
  engineBundle: engineBundle.exactOptional(),
  /**
   * Kernel features that the machines of the cluster need. If your kernel lacks one, the built-in provider gives each of
   * these machines its own kernel. Without this field, an encrypted network needs `esp`, and a service with a virtual
   * address or a port of the routing mesh needs `ipvs`.
   */
  needs: z.array(z.enum(kernelFeatures)).exactOptional(),
  /** The machines, in the order in which they get their addresses. */
  machines: z.array(machine).min(1, 'empty list'),
  /**
   * The number of hosts of the cluster, without the keystore. The hosts that `machines` does not name are added:
   * `host-3`, `host-4`, … `up --hosts` takes precedence over this field.
   */
  hosts: hosts.exactOptional(),
  /** Containers and services of each host, in addition to those of the other fields. */
  perHost: perHost.exactOptional(),
  /** The overlay networks, in the order in which they are created. */
  networks: z.array(network).min(1, 'empty list'),
  /** The car service: the tutorial's application and its database. */
  workload: carService.exactOptional(),
  /** Your own containers. They start in this order, each when the one before it is ready. */
  containers: z.array(container).exactOptional(),
  /** Services of a swarm. They start at the same time, after the containers. */
  services: z.array(service).exactOptional(),
  /** Stack files whose services, networks, configs and secrets are part of the topology. */
  stacks: z.array(stack).exactOptional(),
  /** Configs that the managers store for services. */
  configs: z.array(storedFile).exactOptional(),
  /** Secrets that the managers store for services. They are test data: never write real secrets into a topology. */
  secrets: z.array(storedFile).exactOptional(),
});
