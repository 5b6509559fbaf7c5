import type { Comparison } from '../../model/comparison.ts';
import type { Difference } from '../../model/difference.ts';
import type { HostView } from '../../model/observation.ts';
import { valueOf } from '../../model/observed.ts';
import type { Validity } from '../../model/views/host-state.ts';
import { kernelOutcome } from '../kernel/kernel-outcome.ts';
import { onlyInSwarms } from './only-in-swarms.ts';

/** The part of a certificate's time after which it counts as not renewed: nodes renew theirs after 50 to 80 %. */
const OVERDUE = 0.9;

/** The certificate of every node is valid, and was renewed in time. */
export const nodeCertificates: Comparison = {
  name: 'node-certificates',
  title: 'the certificate of every node is valid, and renewed in time',
  layer: 'engines',
  needs: 'privileged-probe',
  compare: onlyInSwarms((observation) => {
    const nodes = observation.hosts.flatMap((host) => {
      const validity = validityOf(host);
      return validity === undefined ? [] : [{ host, validity }];
    });
    return kernelOutcome(
      observation,
      observation.hosts.flatMap((host) => describeCertificate(host) ?? []),
      nodes.map(({ host: { name }, validity: { until } }) => `${name}: valid until ${until}`),
    );
  }),
};

/** The later of two reads counts: a node may have renewed its certificate in between. */
function validityOf({ kernel }: HostView): Validity | undefined {
  const { before, after } = valueOf(kernel)?.host ?? {};
  return after?.certificate ?? before?.certificate;
}

function describeCertificate(host: HostView): Difference | undefined {
  const { info } = valueOf(host.engine) ?? {};
  if (info === undefined || info.swarm === 'inactive') return undefined;
  const validity = validityOf(host);
  // The engine itself compares its certificate with the clock of its host.
  const now = Date.parse(info.systemTime);
  const isRefused =
    /certificate .*(?:has expired|not valid after)|x509: certificate has expired/.test(
      info.swarmError,
    );
  const state = (validity && stateOf(validity, now)) ?? (isRefused ? 'expired' : undefined);
  if (state === undefined) return undefined;
  const time = validity?.until.replace(/T.*/, '');
  const when = time === undefined ? `: ${info.swarmError}` : ` (${time})`;
  return {
    kind: 'certificate-old',
    where: { host: host.name },
    expected: 'renewed after 50 to 80 % of its time',
    observed: { state, until: validity?.until ?? null, isNode: info.swarm === 'active' },
    text:
      state === 'expired'
        ? `the certificate of ${host.name} as a node of the swarm has expired${when}`
        : `${host.name} has not renewed its certificate as a node of the swarm in time: it expires on ${time}`,
  };
}

function stateOf({ from, until }: Validity, now: number): 'expired' | 'overdue' | undefined {
  const [start, end] = [Date.parse(from), Date.parse(until)];
  if (Number.isNaN(now)) return undefined;
  if (now > end) return 'expired';
  return now > start + (end - start) * OVERDUE ? 'overdue' : undefined;
}
