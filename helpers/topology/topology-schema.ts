import { z } from 'zod';
import { clusterPlan } from '../cluster/cluster-plan.ts';
import { formatRange, parseSubnet } from '../netns/address-range.ts';
import { longestName, machineName } from '../netns/request.ts';

/** docker-machine's rule, and the kernel's. */
export const hostName = z
  .string()
  .regex(
    machineName,
    'a machine name consists of letters, digits, dots and hyphens, and begins with a letter or digit',
  )
  .max(longestName, `a host name has ${longestName} characters at most`);

/** Docker's own rule for what it gives a name. */
export const dockerName = z
  .string()
  .regex(
    /^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/,
    'a Docker name consists of two or more letters, digits, "_", "." and "-", and begins with a letter or digit',
  );

const setting = z.string().regex(/^[^\s=]+=/, 'it is not KEY=VALUE');

const engineOption = z.string().regex(/^[a-z][a-z-]*(=|$)/, 'it is not OPTION=VALUE or OPTION');

const engineBundle = z.string().min(1, 'it is empty: name a version, «system», or a folder');

/** An IPv4 range, written as a range. */
export const subnet = z.string().superRefine((text, context) => {
  const range = parseSubnet(text);
  const message =
    range === undefined
      ? 'it is no IPv4 range such as 10.0.9.0/24, of /8 to /29'
      : `it is an address in ${formatRange(range)}: name the range itself`;
  if (range === undefined || formatRange(range) !== text)
    context.addIssue({ code: 'custom', message });
});

const machine = z.strictObject({
  /** Its name, which is its hostname too. */
  name: hostName,
  /** Engine options beside those that the cluster kind asks for. */
  engineOptions: z.array(engineOption).exactOptional(),
  /** Labels of its engine, `KEY=VALUE`. */
  engineLabels: z.array(setting).exactOptional(),
  /** The machine's own engine: a version, `system`, or a folder with dockerd. */
  engineBundle: engineBundle.exactOptional(),
  /** For the provider docker-machine: variables that its driver reads, such as `GENERIC_IP_ADDRESS`. */
  driver: z.record(z.string(), z.string()).exactOptional(),
});

const network = z.strictObject({
  /** Its name, as `docker network ls` has it. */
  name: dockerName,
  /** Overlay networks are what it is about. */
  driver: z.literal('overlay'),
  /** Its IPv4 range, `10.0.9.0/24`; it must not overlap with that of the machines. */
  subnet,
  /** The one machine on which it is created; the others learn of it. */
  createdOn: z.string(),
});

const placement = z.strictObject({
  /** The container's name, by which others on the network find it. */
  container: dockerName,
  /** The machine that it runs on. */
  machine: z.string(),
});

/** The car service: an application on one machine, its database on another. */
const carService = z.strictObject({
  /** The overlay network that both are on. */
  network: z.string(),
  /** The container that answers over HTTP, published on port 8080 of its machine. */
  application: placement,
  /** The container that it has its answers from. */
  database: placement,
});

/** Debian's own rule. */
const packageName = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9+.-]+$/,
    'a package name consists of two or more lower-case letters, digits, "+", "." and "-"',
  );

const image = z.union([
  z.string().min(1, 'it is empty: give a tag, or a file of docker save'),
  z.strictObject({
    /** Names of Debian packages. */
    debian: z.array(packageName).min(1, 'there is none'),
  }),
]);

const port = z.int().min(1, 'it is no port').max(65_535, 'it is no port');

const publishedPort = z
  .string()
  .regex(
    /^(?:\d{1,3}(?:\.\d{1,3}){3}:)?\d{1,5}:\d{1,5}(?:\/(?:tcp|udp))?$/,
    'it is not HOST:CONTAINER, as docker run -p takes it',
  );

/** A container of the user's own. */
const container = z.strictObject({
  /** Its name, by which others on the network find it. */
  name: dockerName,
  /** The machine that it runs on. */
  machine: z.string(),
  /** The overlay network that it is on. */
  network: z.string(),
  /**
   * Out of what it is made: a tag, which its engine pulls; a file that `docker save` wrote, from this file; or packages of
   * Debian, of which an image is made that has a shell, busybox, getent and ping besides: `{ debian: ['nginx-light'] }`.
   */
  image,
  /** As after the image in `docker run`: what it runs instead of its image's own command. */
  command: z.array(z.string()).min(1, 'it is empty').exactOptional(),
  /** As `docker run --entrypoint`, with its arguments. */
  entrypoint: z.array(z.string()).min(1, 'it is empty').exactOptional(),
  /** As `docker run -e`. */
  environment: z
    .record(z.string().regex(/^[^\s=]+$/, 'it is no name of a variable'), z.string())
    .exactOptional(),
  /** As `docker run -p`: `8080:80`, `53:53/udp`. */
  ports: z.array(publishedPort).exactOptional(),
  /** TCP ports: it is ready when it listens at them. When left out, as soon as it runs. */
  listensOn: z.array(port).exactOptional(),
});

/** A description of a cluster: what `overlay-e2e up` makes. */
export const topologySchema = z.strictObject({
  /** What it is called in documents and reports. */
  name: hostName,
  /** How the engines of its machines come to know each other. */
  cluster: clusterPlan,
  /**
   * The engine of its machines, if it is not the provider's own choice: a version, `system`, or a folder with dockerd.
   * E2E_ENGINE_BUNDLE goes before it, and a machine's own before both.
   */
  engineBundle: engineBundle.exactOptional(),
  /** In the order in which they get their addresses. */
  machines: z.array(machine).min(1, 'there is none'),
  /** The overlay networks, in the order in which they are created. */
  networks: z.array(network).min(1, 'there is none'),
  /** The car service: the tutorial's application and its database. */
  workload: carService.exactOptional(),
  /** Containers of your own; they are started in this order, each when the one before it is ready. */
  containers: z.array(container).exactOptional(),
});
