import { z } from 'zod';
import { kernelFeatures } from '../machine/kernel-feature.ts';
import { clusterPlan } from '../cluster/cluster-plan.ts';
import { formatRange, parseSubnet } from '../process/address-range.ts';
import { longestName, machineName } from '../netns/state/check-request.ts';

/** The rule of docker-machine and the kernel. */
export const hostName = z
  .string()
  .regex(
    machineName,
    'a machine name consists of letters, digits, dots and hyphens, and begins with a letter or digit',
  )
  .max(longestName, `a host name has ${longestName} characters at most`);

/** Docker's rule for names. */
export const dockerName = z
  .string()
  .regex(
    /^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/,
    'a Docker name consists of two or more letters, digits, "_", "." and "-", and begins with a letter or digit',
  );

const setting = z.string().regex(/^[^\s=]+=/, 'it is not KEY=VALUE');

const engineOption = z.string().regex(/^[a-z][a-z-]*(=|$)/, 'it is not OPTION=VALUE or OPTION');

const engineBundle = z.string().min(1, 'it is empty: name a version, "system" or a folder');

/** An IPv4 range in CIDR notation. */
export const subnet = z.string().superRefine((text, context) => {
  const range = parseSubnet(text);
  const message =
    range === undefined
      ? 'it is not an IPv4 range of /8 to /29, such as 10.0.9.0/24'
      : `it is an address in ${formatRange(range)}: name the range itself`;
  if (range === undefined || formatRange(range) !== text)
    context.addIssue({ code: 'custom', message });
});

const machine = z.strictObject({
  /** The machine's name and hostname. */
  name: hostName,
  /** Engine options, in addition to those of the cluster kind. */
  engineOptions: z.array(engineOption).exactOptional(),
  /** Labels of the engine, `KEY=VALUE`. */
  engineLabels: z.array(setting).exactOptional(),
  /** The engine of this machine: a version, `system`, or a folder with dockerd. */
  engineBundle: engineBundle.exactOptional(),
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

/** The rule of Debian. */
const packageName = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9+.-]+$/,
    'a package name consists of two or more lower-case letters, digits, "+", "." and "-"',
  );

const image = z.union([
  z.string().min(1, 'it is empty: name a tag or a docker save archive'),
  z.strictObject({
    /** Names of Debian packages. */
    debian: z.array(packageName).min(1, 'empty list'),
  }),
]);

const port = z.int().min(1, 'it is not a port').max(65_535, 'it is not a port');

const publishedPort = z
  .string()
  .regex(
    /^(?:\d{1,3}(?:\.\d{1,3}){3}:)?\d{1,5}:\d{1,5}(?:\/(?:tcp|udp))?$/,
    'it is not HOST:CONTAINER, as for docker run -p',
  );

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
  environment: z
    .record(z.string().regex(/^[^\s=]+$/, 'it is not a variable name'), z.string())
    .exactOptional(),
  /** Published ports, as in `docker run -p`: `8080:80`, `53:53/udp`. */
  ports: z.array(publishedPort).exactOptional(),
  /** TCP ports. The container is ready when it listens on them; without this field, as soon as it runs. */
  listensOn: z.array(port).exactOptional(),
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
   * these machines its own kernel. An encrypted network needs `esp` without this field.
   */
  needs: z.array(z.enum(kernelFeatures)).exactOptional(),
  /** The machines, in the order in which they get their addresses. */
  machines: z.array(machine).min(1, 'empty list'),
  /** The overlay networks, in the order in which they are created. */
  networks: z.array(network).min(1, 'empty list'),
  /** The car service: the tutorial's application and its database. */
  workload: carService.exactOptional(),
  /** Your own containers. They start in this order, each when the one before it is ready. */
  containers: z.array(container).exactOptional(),
});
