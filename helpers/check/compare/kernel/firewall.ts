import type { Comparison } from '../../model/comparison.ts';
import type { Difference } from '../../model/difference.ts';
import { type ObservedKernel, observedKernels } from '../../derive/kernel/expected-tables.ts';
import type { HostView, Observation } from '../../model/observation.ts';
import type { FirewallRule, OverlayTraffic } from '../../model/views/kernel-view.ts';
import { valueOf } from '../../model/observed.ts';
import { kernelOutcome } from './kernel-outcome.ts';

/**
 * No firewall rule blocks overlay traffic. A rule alone proves nothing, because allowing only the hosts of the cluster is
 * good practice. It counts only if live probes failed too.
 */
export const kernelFirewall: Comparison = {
  name: 'kernel-firewall',
  title: 'no host firewall blocks overlay traffic',
  layer: 'kernel',
  needs: 'privileged-probe',
  compare: (observation) => {
    const kernels = observedKernels(observation);
    return kernelOutcome(
      observation,
      kernels.flatMap((seen) =>
        rulesOf(seen)
          .filter((rule) => isInTheWay(rule, seen, observation))
          .map((rule) => describe(seen.host.name, rule)),
      ),
      kernels.map(
        (seen) => `${seen.host.name}: ${rulesOf(seen).length} rules that may affect overlays`,
      ),
    );
  },
};

function rulesOf({ kernel }: ObservedKernel): readonly FirewallRule[] {
  return valueOf(kernel.firewall) ?? [];
}

function describe(
  host: string,
  { text, tool, table, chain, verdict, concerns, packets, undo }: FirewallRule,
) {
  const counted = packets === undefined ? '' : ` (${packets} packets)`;
  const difference: Difference = {
    kind: 'firewall-drops',
    where: { host },
    expected: null,
    observed: { tool, table, chain, text, verdict, concerns, packets, undo },
    text: `${tool} on ${host}: ${text}${counted}`,
  };
  return difference;
}

function isInTheWay(
  { concerns, hooks, isExplicit, packets, verdict }: FirewallRule,
  { host, kernel }: ObservedKernel,
  observation: Observation,
): boolean {
  const isCounted = kernel.later !== undefined && packets !== undefined;
  // A general rule must have matched packets; after the probes, so must every rule with a counter.
  if ((!isExplicit || isCounted) && (packets ?? 0) === 0) return false;
  if (verdict === 'rewrite-source') return hasOtherSource(host, observation);
  const isOutgoing = hooks.some((hook) => hook === 'output' || hook === 'postrouting');
  return concerns.some((what) =>
    lostPackets(what, observation).some(({ from, to, arrived, letIn }) =>
      isOutgoing ? from === host.name && !arrived : to === host.name && arrived && !letIn,
    ),
  );
}

interface LostPacket {
  readonly from: string;
  readonly to: string;
  /** True if it reached the other host. */
  readonly arrived: boolean;
  /** True if it passed the firewall of that host. */
  readonly letIn: boolean;
}

/** Returns the packets of live probes that were lost between hosts. Containers may lose packets for other reasons. */
function lostPackets(what: OverlayTraffic, { paths }: Observation): LostPacket[] {
  const { gossip = [], tunnels = [], encrypted = [] } = valueOf(paths) ?? {};
  if (what === 'gossip') return gossip.filter(({ answered, seen }) => !answered && seen !== true);
  if (what === 'management' || what === 'published') return [];
  if (what === 'esp') {
    return encrypted
      .filter(({ answered, clear }) => !answered && clear === undefined)
      .map(({ from, to, reachedNic, letIn }) => ({ from, to, arrived: reachedNic, letIn }));
  }
  return tunnels
    .filter(({ cameOut }) => !cameOut)
    .map(({ from, to, reachedNic, letIn }) => ({ from, to, arrived: reachedNic, letIn }));
}

/** Returns true if overlay packets leave the host with another source address. */
function hasOtherSource({ name, address }: HostView, { paths }: Observation): boolean {
  return (valueOf(paths)?.trials ?? []).some(
    ({ from, sightings }) =>
      from.host === name && sightings.some(({ outerSource = address }) => outerSource !== address),
  );
}
