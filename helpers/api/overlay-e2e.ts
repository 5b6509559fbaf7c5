import { auditCluster } from '../check/audit.ts';
import type { AuditOptions } from '../check/model/options.ts';
import { prepareProbeImage } from '../check/probe/start/probe-image.ts';
import { chooseProvider, openProvider } from '../machine/choose-provider.ts';
import { InterruptionWatch } from '../process/errors/interruption.ts';
import { omitUndefined } from '../process/omit-undefined.ts';
import type { AuditDocument } from '../report/findings/audit-document.ts';
import { toJson } from '../report/findings/to-json.ts';
import { bringUp as bringUpTopology } from '../topology/bring-up/bring-up.ts';
import { tearDown as tearDownMachines } from '../topology/bring-up/tear-down.ts';
import { loadTopology, requireTopology } from '../topology/describe/load-topology.ts';
import type { TopologyDocument } from '../topology/document.ts';
import { bringUpOrReuse } from '../topology/reuse/bring-up-or-reuse.ts';
import { chooseTarget } from '../topology/target/choose-target.ts';
import type { Stage, Topology } from '../topology/topology.ts';

export type { AuditDocument } from '../report/findings/audit-document.ts';
export type { TopologyDocument } from '../topology/document.ts';
export type {
  CarService,
  Stage,
  Topology,
  TopologyContainer,
  TopologyMachine,
  TopologyService,
} from '../topology/topology.ts';

/** Options of {@link bringUp}. */
export interface BringUpOptions {
  /** The last stage to bring up. Default: the topology's last stage. */
  readonly until?: Stage;
  /** Uses the running topology if it matches and is healthy. Default: false. */
  readonly reuse?: boolean;
}

/** Options of {@link audit}. Without a target, it examines the running topology, or else the engine of Docker's current context. */
export interface AuditRequest {
  /** Machines by name, or one file that describes a cluster, as in `overlay-e2e check`. */
  readonly targets?: readonly string[];
  /** Engines: `tcp://10.0.0.1:2376`, `ssh://user@host`, `unix:///var/run/docker.sock`, each with `NAME=` before it or without. */
  readonly engines?: readonly string[];
  /** Names of Docker contexts. */
  readonly contexts?: readonly string[];
  /** The folder with `ca.pem`, `cert.pem` and `key.pem` for TLS. */
  readonly tlsDir?: string;
  /** The probe containers on the hosts. Default: `privileged`. */
  readonly probes?: AuditOptions['probes'];
  /** Seconds for the whole check. Default: 60. */
  readonly limit?: number;
  readonly signal?: AbortSignal;
}

/**
 * Brings up a topology, as `overlay-e2e up` does, and returns the document of `up --json`. The machines remain until
 * {@link tearDown}. After a failure, nothing remains.
 *
 * @param topology an object, a file, or the name of a built-in topology
 */
export async function bringUp(
  topology: Topology | string,
  { until, reuse = false }: BringUpOptions = {},
): Promise<TopologyDocument> {
  const described =
    typeof topology === 'string' ? await loadTopology(topology) : await requireTopology(topology);
  const { provider } = await chooseProvider();
  using watch = new InterruptionWatch();
  const options = { watch, ...omitUndefined({ until }) };
  if (!reuse) return await bringUpTopology(described, provider, options);
  return (await bringUpOrReuse(described, provider, options)).document;
}

/** Removes the running topology with all its machines, as `overlay-e2e down` does. Returns the names of the machines. */
export async function tearDown(): Promise<readonly string[]> {
  return (await tearDownMachines(await openProvider())).machines;
}

/** Examines a cluster, as `overlay-e2e check` does, and returns the document of `check --json`. It removes its probes. */
export async function audit(request: AuditRequest = {}): Promise<AuditDocument> {
  const { targets = [], engines = [], contexts = [], tlsDir, probes, limit, signal } = request;
  const bounds = signal ?? new AbortController().signal;
  const options = { engine: engines, context: contexts, ...omitUndefined({ tlsDir, limit }) };
  const { target, wishes } = await chooseTarget(targets, options, bounds);
  try {
    const merged = {
      ...wishes,
      ...omitUndefined({ probes, limit: limit === undefined ? undefined : limit * 1000 }),
      signal: bounds,
    };
    if (merged.probes !== 'none') await prepareProbeImage();
    return toJson(await auditCluster(target, merged));
  } finally {
    for (const { engine } of target.hosts) engine.close();
  }
}
