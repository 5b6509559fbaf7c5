import type { WatchOptions } from '../../../check/watch/watch-cluster.ts';
import type { AuditTarget } from '../../../check/model/target.ts';
import type { AuditReport } from '../../../check/model/report.ts';
import { valueOf } from '../../../check/model/observed.ts';
import { readCertificateDates } from '../../../docker/endpoints/certificate-dates.ts';
import type { CertificateDate } from '../../../report/metrics/audit-metrics.ts';
import { type MetricsAddress, urlOf } from '../../../report/metrics/metrics-address.ts';
import { ownVersion } from '../../../process/own-version.ts';

/** The metrics of a watch, served until they are disposed of. */
export interface Monitor extends AsyncDisposable {
  readonly url: string;
  readonly note: NonNullable<WatchOptions['note']>;
}

/** Milliseconds for the handshake with an engine. */
const HANDSHAKE_LIMIT = 5000;

/** Milliseconds between two readings of the certificates. */
const CERTIFICATES_EVERY = 10 * 60_000;

/** Serves metrics of a watch if an address is given. They are loaded only then. */
export async function openMonitor(
  target: AuditTarget,
  address: MetricsAddress | undefined,
): Promise<Monitor | undefined> {
  if (address === undefined) return undefined;
  const { AuditMetrics } = await import('../../../report/metrics/audit-metrics.ts');
  const { serveMetrics } = await import('../../../report/metrics/serve-metrics.ts');
  const metrics = new AuditMetrics(ownVersion());
  const { registry } = metrics;
  const server = await serveMetrics(
    { contentType: registry.contentType, metrics: async () => await registry.metrics() },
    address,
  );
  let lookedAt = -Infinity;
  const updateDates = async (report: AuditReport) => {
    metrics.updateCertificates(await readDates(target, report));
  };
  return {
    url: urlOf(address),
    note: (round, flapping, begun) => {
      metrics.update(round, flapping.flapping);
      metrics.countFlaps(begun.length);
      if (!('report' in round) || Date.now() - lookedAt < CERTIFICATES_EVERY) return;
      lookedAt = Date.now();
      void updateDates(round.report);
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

async function readDates(target: AuditTarget, report: AuditReport): Promise<CertificateDate[]> {
  const ofEngines = await Promise.all(
    target.hosts.map(async ({ name: host, engine }): Promise<CertificateDate[]> => {
      const { endpoint } = engine.machine;
      if (endpoint.kind !== 'tls') return [];
      const dates = await readCertificateDates(endpoint, HANDSHAKE_LIMIT);
      return [...dates].map(([certificate, expires]) => ({ host, certificate, expires }));
    }),
  );
  const ofSwarm = report.observation.hosts.flatMap(({ name, engine }): CertificateDate[] => {
    const expires = valueOf(engine)?.info.swarmNode?.authorityExpires;
    return expires === undefined
      ? []
      : [{ host: name, certificate: 'swarm-authority', expires: new Date(expires) }];
  });
  return [...ofEngines.flat(), ...ofSwarm];
}
