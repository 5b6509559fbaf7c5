import type { Check } from '../check.ts';
import type { Difference } from '../difference.ts';
import type { TunnelTrial } from '../observe/paths.ts';
import { insideOutcome } from './paths-outcome.ts';

/**
 * VXLAN packets come out at the other end when a probe writes them, past the sender's tables: so the port is open, and
 * what else is lost is lost for what kernels have in their tables.
 */
export const tunnels: Check = {
  name: 'tunnels',
  title: 'VXLAN packets from every host come out on every other',
  layer: 'paths',
  needs: 'privileged-probe',
  compare: (observation) =>
    insideOutcome(observation, (paths) => ({
      differences: paths.tunnels.filter(({ cameOut }) => !cameOut).map(describe),
      evidence: paths.tunnels.map(
        ({ network, from, to }) => `${network}: what ${from} sends to ${to} comes out`,
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
    text: `VXLAN of ${network} from ${from} to ${to}, sent three times: ${fateOf(trial)}`,
  };
}

function fateOf({ to, reachedNic, letIn, error }: TunnelTrial): string {
  if (letIn) return `it is let in by ${to}, and does not come out of its VXLAN device`;
  if (reachedNic) return `it reaches the network card of ${to}, whose firewall does not let it in`;
  if (error === undefined) return `it does not reach the network card of ${to}`;
  return `the kernel of the sender does not send it (${error})`;
}
