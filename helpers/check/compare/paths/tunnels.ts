import type { Comparison } from '../../model/comparison.ts';
import type { Difference } from '../../model/difference.ts';
import type { TunnelTrial } from '../../model/views/paths-view.ts';
import { insideOutcome } from './paths-outcome.ts';

/**
 * VXLAN packets that a probe injects, bypassing the tables of the sender, arrive. Then the port is open, and further losses
 * come from the tables.
 */
export const tunnels: Comparison = {
  name: 'tunnels',
  title: 'VXLAN packets from every host arrive on every other',
  layer: 'paths',
  needs: 'privileged-probe',
  compare: (observation) =>
    insideOutcome(observation, (paths) => ({
      differences: paths.tunnels.filter(({ cameOut }) => !cameOut).map(describe),
      evidence: paths.tunnels.map(
        ({ network, from, to }) => `${network}: packets from ${from} arrive on ${to}`,
      ),
    })),
};

function describe(trial: TunnelTrial): Difference {
  const { network, from, to, reachedNic, letIn, cameOut, error } = trial;
  return {
    kind: 'tunnel-dead',
    where: { host: from, peer: to, network },
    expected: { reachedNic: true, letIn: true, cameOut: true },
    observed: { reachedNic, letIn, cameOut, error },
    text: `VXLAN packets of ${network} from ${from} to ${to} (sent three times): ${fateOf(trial)}`,
  };
}

function fateOf({ to, reachedNic, letIn, error }: TunnelTrial): string {
  if (letIn) return `they pass the firewall of ${to}, but do not leave its VXLAN device`;
  if (reachedNic) return `they reach the network card of ${to}, but its firewall blocks them`;
  if (error === undefined) return `they do not reach the network card of ${to}`;
  return `the kernel of the sender does not send them (${error})`;
}
