import { z } from 'zod';
import type { Remedy } from '../../model/diagnosis.ts';
import type { Difference } from '../../model/difference.ts';
import { overlayOn } from '../../derive/expected-tables.ts';
import { hostNamed } from '../../derive/find-host.ts';
import type { Observation } from '../../model/observation.ts';
import { entryRemedy } from './entry-fix.ts';
import type { Rule } from '../rule.ts';

/**
 * A kernel with a different overlay device than the others: missing, down, or with another VNI or port. Its packets then
 * belong to another network.
 */
export const vxlanDiffers: Rule = {
  name: 'vxlan-differs',
  explain: (open, observation) =>
    open
      .filter(({ kind }) => kind === 'vxlan-unlike')
      .map((difference) => {
        const { host, network } = difference.where;
        return {
          code: 'network-differs',
          where: difference.where,
          summary: difference.text,
          evidence: [difference],
          consequences: open.filter((one) => isConsequence(one, host, network)),
          remedy: findRemedy(difference, observation),
        };
      }),
};

/** The neighbor entries of a device are lost when it goes down. */
function isConsequence(
  { kind, where }: Difference,
  host: string | undefined,
  network: string | undefined,
): boolean {
  if (kind === 'application-fails' || kind === 'application-without-database') return true;
  if (where.network !== network) return false;
  const isOnWay = where.host === host || where.peer === host;
  return kind === 'container-path-dead' || kind === 'tunnel-dead'
    ? isOnWay
    : where.host === host && (kind === 'neighbour-absent' || kind === 'forwarding-absent');
}

const downSchema = z.record(z.string(), z.literal('down'));

function findRemedy({ where, observed }: Difference, observation: Observation): Remedy | undefined {
  const { host = '', network = '' } = where;
  const { networkId, tables } = overlayOn(hostNamed(observation, host), network);
  const [device] = Object.keys(downSchema.safeParse(observed).data ?? {});
  if (device !== undefined && tables !== undefined) {
    const effect = `Sets ${device} up again.`;
    return entryRemedy(host, networkId, tables, [['ip', 'link', 'set', device, 'up']], effect);
  }
  return {
    kind: 'fix',
    host,
    commands: [['systemctl', 'restart', 'docker']],
    effect:
      'Restarts the engine, which then creates its overlay devices again. Containers stop unless they have a restart policy or the engine uses live-restore.',
  };
}
