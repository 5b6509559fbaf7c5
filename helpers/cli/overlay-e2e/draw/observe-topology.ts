import { auditCluster } from '../../../check/audit.ts';
import { prepareProbeImage } from '../../../check/probe/start/probe-image.ts';
import type { AuditReport } from '../../../check/model/report.ts';
import { openProvider } from '../../../machine/choose-provider.ts';
import type { MachineProvider } from '../../../machine/machine.ts';
import { HarnessError } from '../../../process/errors/harness-error.ts';
import { headlineOf } from '../../../report/text/headline.ts';
import { toJson } from '../../../report/findings/to-json.ts';
import { type LatencyGroup, latenciesOf } from '../../../report/pictures/latencies.ts';
import { topologyTarget } from '../../../topology/target/audit-target.ts';
import { loadDocument, type TopologyDocument } from '../../../topology/document.ts';
import { loadSetUp, type SetUpRecord } from '../../../topology/bring-up/set-up-record.ts';
import { timeRequests } from '../../../topology/time-requests.ts';
import type { PictureName } from './picture-names.ts';

/** The data of pictures; each part only if a requested picture needs it and it exists. */
export interface Sight {
  /** In a line. */
  readonly title: string;
  /** The source of the data, in words. */
  readonly source: string;
  readonly report: AuditReport | undefined;
  readonly latencies: readonly LatencyGroup[] | undefined;
  readonly setUp: SetUpRecord | undefined;
  readonly whyNoSetUp: string;
  /** The same as a document for programs. */
  readonly data: object;
}

/** Observes the running topology, as far as the pictures need it. */
export async function observeTopology(
  wanted: readonly PictureName[],
  signal: AbortSignal,
): Promise<Sight> {
  const provider = await openProvider();
  const { store } = provider;
  const document = await loadDocument(store);
  const setUp = await loadSetUp(store);
  // A kept topology whose set-up failed has only a record.
  if (document === undefined && setUp === undefined) {
    throw new HarnessError({
      code: 'topology-missing',
      tried: 'draw the running topology',
      observed: `no topology is running in ${store}`,
      hint: 'run "overlay-e2e up"',
    });
  }
  const timing = wanted.includes('latencies');
  const report =
    document === undefined || wanted.every((one) => one === 'set-up')
      ? undefined
      : await audit(document, provider, timing, signal);
  const latencies =
    report === undefined || !timing
      ? undefined
      : latenciesOf(report.observation.paths, await timeRequests(document, signal));
  const shownSetUp = wanted.includes('set-up') ? setUp : undefined;
  return {
    title: report === undefined ? `topology ${(document ?? setUp)?.topology}` : headlineOf(report),
    source: store,
    report,
    latencies,
    setUp: shownSetUp,
    whyNoSetUp: 'another program or version made it',
    data: {
      version: 1,
      audit: report === undefined ? undefined : toJson(report),
      latencies,
      setUp: shownSetUp,
    },
  };
}

/** Reads a support bundle and returns the data of its pictures. */
export async function observeBundle(file: string): Promise<Sight> {
  const { diagnoseBundle } = await import('../../../check/support-bundle.ts');
  const { report } = await diagnoseBundle(file);
  return {
    title: headlineOf(report),
    source: file,
    report,
    latencies: undefined,
    setUp: undefined,
    whyNoSetUp: 'a support bundle has none',
    data: { version: 1, audit: toJson(report) },
  };
}

async function audit(
  document: TopologyDocument,
  provider: MachineProvider,
  timing: boolean,
  signal: AbortSignal,
): Promise<AuditReport> {
  const target = topologyTarget(document, await provider.list());
  try {
    // On a new computer it takes longer to make than the whole look may.
    await prepareProbeImage();
    return await auditCluster(target, { timing, signal });
  } finally {
    for (const { engine } of target.hosts) engine.close();
  }
}
