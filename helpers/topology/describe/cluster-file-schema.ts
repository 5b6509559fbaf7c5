import { z } from 'zod';
import { parseStoreUrls } from '../../check/model/store-urls.ts';
import { dockerName, hostName, port, subnet } from '../schema-fields.ts';

const tlsFolder = z.string().min(1, 'it is empty: name a folder with ca.pem, cert.pem and key.pem');

const host = z.strictObject({
  /** The host's name in the result. */
  name: hostName,
  /** The engine address: `tcp://HOST:2376`, `unix:///PATH` or `ssh://USER@HOST`. */
  endpoint: z.string().exactOptional(),
  /** The name of a Docker context, instead of `endpoint`. */
  context: z.string().exactOptional(),
  /** The folder with ca.pem, cert.pem and key.pem for `tcp://`, relative to this file. */
  tlsFolder: tlsFolder.exactOptional(),
  /** The host's address for other hosts. The default is the address that its engine reports. */
  address: z.ipv4('it is not an IPv4 address').exactOptional(),
});

const application = z.strictObject({
  /** The application's URL, as seen from this computer. */
  url: z.url({ protocol: /^https?$/, error: 'it is not an http:// or https:// URL' }),
  /** The status of the response; default 200. */
  status: z.int().min(100).max(599).exactOptional(),
  /** The exact body of the response. */
  body: z.string(),
  /** The container that answers the request. */
  container: dockerName.exactOptional(),
  /** The container with its database. */
  database: dockerName.exactOptional(),
});

const expectedNetwork = z.strictObject({
  /** The network's name. */
  name: dockerName,
  /** The network's IPv4 range; default: any. */
  subnet: subnet.exactOptional(),
});

const expectedContainer = z.strictObject({
  /** The container's name. */
  name: dockerName,
  /** The name of the host that must run the container. */
  host: z.string(),
  /** The container's overlay network; default: any. */
  network: z.string().exactOptional(),
});

const expectedService = z.strictObject({
  /** The service's name. */
  name: dockerName,
  /** The smallest number of tasks; default: 1. A global service has no number. */
  replicas: z.int().min(1, 'it is not a number of 1 or more').exactOptional(),
  /** The names of networks that the service must be on. */
  networks: z.array(dockerName).exactOptional(),
  /** Ports that the service must publish. */
  ports: z
    .array(
      z.strictObject({
        /** The port of the nodes. */
        published: port,
        /** The port of the containers. */
        target: port,
        /** The protocol; default: `tcp`. */
        protocol: z.enum(['tcp', 'udp', 'sctp']).default('tcp'),
        /** `ingress` for the routing mesh, or `host`; default: `ingress`. */
        mode: z.enum(['ingress', 'host']).default('ingress'),
      }),
    )
    .exactOptional(),
});

const expectations = z.strictObject({
  /** Networks that every host must know. */
  networks: z.array(expectedNetwork).exactOptional(),
  /** Containers that must run, each on its host. */
  containers: z.array(expectedContainer).exactOptional(),
  /** Services that a swarm must have. */
  services: z.array(expectedService).exactOptional(),
  /** The response that an application on the cluster must give. */
  application: application.exactOptional(),
});

/** A description of an existing cluster for `overlay-e2e check FILE`. */
export const clusterFileSchema = z.strictObject({
  /** The cluster's name in the result; default: the file's name. */
  name: z.string().min(1, 'it is empty').exactOptional(),
  /** The hosts to check: all hosts of the cluster, or some of them. */
  hosts: z.array(host).min(1, 'empty list'),
  /** The TLS folder of all hosts that do not set `tlsFolder`. */
  tlsFolder: tlsFolder.exactOptional(),
  /** The key-value store's URL; default: the URL that the engines report. */
  store: z
    .string()
    .refine(
      (url) => parseStoreUrls(url).length > 0,
      'it is not a key-value store: use consul://HOST:8500, etcd://HOST:2379 or zk://HOST:2181',
    )
    .exactOptional(),
  /** True if `hosts` lists all hosts of the cluster. Any other member is then a finding. */
  complete: z.boolean().exactOptional(),
  /** Expectations, in addition to a consistent cluster. */
  expect: expectations.exactOptional(),
  /** Options of the check. Options on the command line take precedence. */
  check: z
    .strictObject({
      /** The kind of probe containers: `unprivileged` is --no-privileged, `none` is --no-probe. */
      probes: z.enum(['privileged', 'unprivileged', 'none']).exactOptional(),
      /** Time limit of the whole check, in seconds. */
      limit: z.number().positive('it is not a number of seconds above 0').exactOptional(),
      /** Maximum number of ordered container pairs to probe. */
      maxPairs: z.int().min(0).exactOptional(),
    })
    .exactOptional(),
});

export type ClusterFile = Readonly<z.infer<typeof clusterFileSchema>>;
