import { z } from 'zod';
import { parseStoreUrls } from '../check/store-urls.ts';
import { dockerName, hostName, subnet } from './topology-schema.ts';

const tlsFolder = z.string().min(1, 'it is empty: name a folder with ca.pem, cert.pem and key.pem');

const host = z.strictObject({
  /** What it is called in the verdict. */
  name: hostName,
  /** Where its engine is: `tcp://HOST:2376`, `unix:///PATH`, `ssh://USER@HOST`. */
  endpoint: z.string().exactOptional(),
  /** Instead of it, the name of a Docker context. */
  context: z.string().exactOptional(),
  /** The folder with ca.pem, cert.pem and key.pem for `tcp://`; relative to the file. */
  tlsFolder: tlsFolder.exactOptional(),
  /** Where the other hosts find it; what its engine says when left out. */
  address: z.ipv4('it is no IPv4 address').exactOptional(),
});

const application = z.strictObject({
  /** Where it answers, from this computer. */
  url: z.url({ protocol: /^https?$/, error: 'it is no http:// or https:// address' }),
  /** The status of its answer; 200 when left out. */
  status: z.int().min(100).max(599).exactOptional(),
  /** The whole body, exactly. */
  body: z.string(),
  /** The container that answers. */
  container: dockerName.exactOptional(),
  /** The container that it has its answers from. */
  database: dockerName.exactOptional(),
});

const expectedNetwork = z.strictObject({
  /** Its name. */
  name: dockerName,
  /** Its IPv4 range; any when left out. */
  subnet: subnet.exactOptional(),
});

const expectedContainer = z.strictObject({
  /** Its name. */
  name: dockerName,
  /** The name of the host that it is to run on. */
  host: z.string(),
  /** The overlay network that it is to be on; any when left out. */
  network: z.string().exactOptional(),
});

const expectations = z.strictObject({
  /** Networks that every host is to know. */
  networks: z.array(expectedNetwork).exactOptional(),
  /** Containers that are to run, each on that host. */
  containers: z.array(expectedContainer).exactOptional(),
  /** What an application on it is to answer. */
  application: application.exactOptional(),
});

/** A description of a cluster that exists already: what `overlay-e2e check FILE` looks at. */
export const clusterFileSchema = z.strictObject({
  /** For people; the file's own name when left out. */
  name: z.string().min(1, 'it is empty').exactOptional(),
  /** The hosts to look at: as many as the cluster has, or some of them. */
  hosts: z.array(host).min(1, 'there is none'),
  /** The folder of all hosts that name none of their own. */
  tlsFolder: tlsFolder.exactOptional(),
  /** Where the engines of a key-value cluster meet; what they say of themselves when left out. */
  store: z
    .string()
    .refine(
      (url) => parseStoreUrls(url).length > 0,
      'it is no store: consul://HOST:8500, etcd://HOST:2379 or zk://HOST:2181',
    )
    .exactOptional(),
  /** Whether the hosts are all that the cluster has: then a member that is none of them is wrong. */
  complete: z.boolean().exactOptional(),
  /** What is to be so, beside that all that is there fits together. */
  expect: expectations.exactOptional(),
  /** How to look; the options of the command go before it. */
  check: z
    .strictObject({
      /** The probe containers that are started: as the command without option, with --no-privileged, with --no-probe. */
      probes: z.enum(['privileged', 'unprivileged', 'none']).exactOptional(),
      /** Seconds for the whole check. */
      limit: z.number().positive('it is no time').exactOptional(),
      /** Ordered pairs of containers that are probed at most. */
      maxPairs: z.int().min(0).exactOptional(),
    })
    .exactOptional(),
});

export type ClusterFile = Readonly<z.infer<typeof clusterFileSchema>>;
