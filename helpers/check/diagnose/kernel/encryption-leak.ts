import type { Action, Diagnosis } from '../../model/diagnosis.ts';
import { isBetween, symptomKinds } from '../consequences.ts';
import { type Rule, ruleForGroups } from '../rule.ts';

/** A host that sends packets of encrypted networks in clear, although the entries of its engine are complete. */
export const encryptionLeak: Rule = ruleForGroups(
  'packets-in-clear',
  'encryption-leak',
  ({ where: { host } }) => host,
  (evidence, open): Omit<Diagnosis, 'code' | 'evidence'> => {
    const [{ where, text }, ...others] = evidence;
    const { host = '' } = where;
    const peers = new Set(evidence.map((one) => one.where.peer));
    const networks = new Set(evidence.map((one) => one.where.network));
    return {
      where: {
        host,
        ...(peers.size === 1 ? { peer: where.peer } : {}),
        ...(networks.size === 1 ? { network: where.network } : {}),
      },
      summary: others.length === 0 ? text : `${text}, and ${others.length} more paths do so`,
      // Receivers drop them.
      consequences: open.filter(
        (one) =>
          symptomKinds.has(one.kind) &&
          !evidence.some((own) => own === one) &&
          evidence.some(({ where: { peer = '' } }) => isBetween(one, host, peer)),
      ),
      action: stopLeak(host, [...new Set(evidence.flatMap(({ observed }) => observed.switches))]),
    };
  },
);

function stopLeak(host: string, switches: readonly string[]): Action {
  if (switches.length > 0) {
    return {
      kind: 'fix',
      host,
      // A device may have dots in its name; then a key is written with slashes.
      commands: switches.map((name) => ['sysctl', '-w', `${nameOfKey(name)}=0`]),
      effect: 'Has the kernel encrypt packets that leave this device again.',
    };
  }
  return {
    kind: 'next-step',
    host,
    commands: [
      ['iptables', '-t', 'mangle', '-S'],
      ['ip', 'xfrm', 'policy'],
    ],
    effect:
      'Shows rules and policies. The kernel encrypts packets with the mark 0xd0c4e3: delete a rule that changes this mark after the rule of the engine, or a policy that exempts packets. Until then, others on the way can read these packets.',
  };
}

function nameOfKey(name: string): string {
  const device = name.slice('net.ipv4.conf.'.length, -'.disable_xfrm'.length);
  return device.includes('.') ? `net/ipv4/conf/${device}/disable_xfrm` : name;
}
