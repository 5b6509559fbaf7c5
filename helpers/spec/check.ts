import type { Layer } from '../check/model/comparison.ts';
import type { AuditOptions } from '../check/model/options.ts';
import type { AuditReport } from '../check/model/report.ts';
import type { AuditTarget } from '../check/model/target.ts';
import { withWholeWaits } from '../process/waits/cut-waits.ts';
import { topologyTarget } from '../topology/target/audit-target.ts';
import type { Lab } from './lab.ts';

/**
 * `overlay-e2e check` of the running topology. Each call is a new check, which takes about two seconds. If the spec
 * fails, its evidence begins with the last report that was not healthy.
 */
export interface Check {
  /**
   * Checks the whole cluster.
   *
   *     expect(await check.audit()).toBeHealthy();
   */
  audit(options?: AuditOptions): Promise<AuditReport>;
  /**
   * Checks one layer: `engines`, `keystore`, `networks`, `kernel`, `names`, `paths`, `application`.
   *
   *     expect(await check.layer('kernel')).toBeHealthy();
   */
  layer(layer: Layer, options?: AuditOptions): Promise<AuditReport>;
  /**
   * Runs a single comparison, by its name.
   *
   *     expect(await check.named('kernel-forwarding')).toBeHealthy();
   */
  named(name: string, options?: AuditOptions): Promise<AuditReport>;
  /** The last complete report that was not healthy. */
  readonly unhealthy: AuditReport | undefined;
}

export function openCheck(lab: Lab): Check {
  let unhealthy: AuditReport | undefined;
  const audit = async (options?: AuditOptions): Promise<AuditReport> => {
    // Loaded only when needed: it is most of the code, and few specs use it.
    const { auditCluster } = await import('../check/audit.ts');
    const { prepareProbeImage } = await import('../check/probe/start/probe-image.ts');
    // Built before the audit if the cache lacks it, because the time limit of an audit is for the cluster.
    if (options?.probes !== 'none') await prepareProbeImage();
    const target = targetOf(lab);
    const report = await withWholeWaits(() => auditCluster(target, options)).finally(() => {
      for (const { engine } of target.hosts) engine.close();
    });
    if (report.verdict !== 'healthy') unhealthy = report;
    return report;
  };
  return {
    audit,
    layer: async (layer, options) => {
      const { reportOfLayer } = await import('../check/narrow-report.ts');
      return reportOfLayer(await audit(options), layer);
    },
    named: async (name, options) => {
      const { reportOfComparison: reportOfCheck, requireComparison: requireCheck } = await import(
        '../check/narrow-report.ts'
      );
      requireCheck(name);
      return reportOfCheck(await audit(options), name);
    },
    get unhealthy() {
      return unhealthy;
    },
  };
}

/** Returns the running topology as the target of a check. */
export function targetOf(lab: Lab): AuditTarget {
  return topologyTarget(
    lab.document,
    lab.document.machines.map(({ name }) => lab.machine(name)),
  );
}
