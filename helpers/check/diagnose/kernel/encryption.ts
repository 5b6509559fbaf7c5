import { encryptedHosts } from '../../derive/kernel/encrypted-hosts.ts';
import type { Command } from '../../model/command.ts';
import type { Diagnosis, Action } from '../../model/diagnosis.ts';
import { type Difference, ofKind, type Place } from '../../model/difference.ts';
import type { Observation } from '../../model/observation.ts';
import { valueOf } from '../../model/observed.ts';
import { isAt, isBetween, symptomKinds } from '../consequences.ts';
import { type Rule, ruleForGroups } from '../rule.ts';

/** A host without a rule that has packets of an encrypted network encrypted, or that drops unencrypted packets. */
export const encryptionRuleMissing: Rule = ruleForGroups(
  'encryption-rule-missing',
  'encryption-rule-missing',
  ({ where: { host, network } }) => `${host} ${network}`,
  (evidence, open, observation): Omit<Diagnosis, 'code' | 'evidence'> => {
    const [{ where, text }, ...others] = evidence;
    const isMarked = evidence.every(({ expected }) => expected.effect === 'drop');
    return {
      where,
      summary: others.length === 0 ? text : `${text}, and ${others.length} more rules are missing`,
      // Receivers drop packets that were not encrypted.
      consequences: isMarked
        ? []
        : open.filter(
            (one) =>
              symptomKinds.has(one.kind) &&
              isAt(one, where.host) &&
              (one.where.network ?? where.network) === where.network,
          ),
      action: {
        kind: 'fix',
        host: where.host,
        commands: evidence.map(({ expected }) => addRule(expected, observation)),
        effect: 'Adds the rules as the engine does.',
      },
    };
  },
);

/** The command that adds a rule, with the match that the engines of this cluster use. */
function addRule(
  { effect, vni, port }: Difference<'encryption-rule-missing'>['expected'],
  observation: Observation,
): Command {
  const rules = encryptedHosts(observation).flatMap(({ after }) => after.rules);
  const match = rules.find((rule) => rule.vni === vni)?.match ?? [
    '-m',
    'u32',
    '--u32',
    `0x0>>0x16&0x3c@0xc&0xffffff00=0x${(vni * 256).toString(16)}`,
  ];
  const start = ['-p', 'udp', '--dport', `${port}`, ...match];
  return effect === 'mark'
    ? [
        'iptables',
        '-t',
        'mangle',
        '-A',
        'OUTPUT',
        ...start,
        '-j',
        'MARK',
        '--set-xmark',
        '0xd0c4e3/0xffffffff',
      ]
    : [
        'iptables',
        '-t',
        'filter',
        '-I',
        'INPUT',
        ...start,
        '-m',
        'policy',
        '--dir',
        'in',
        '--pol',
        'none',
        '-j',
        'DROP',
      ];
}

/** A host without the states or policies that its engine writes for another host: their containers lose packets. */
export const encryptionStateMissing: Rule = ruleForGroups(
  'encryption-state-missing',
  'encryption-state-missing',
  ({ where: { host } }) => host,
  (evidence, open): Omit<Diagnosis, 'code' | 'evidence'> => {
    const [{ where, text }, ...others] = evidence;
    const peers = new Set(evidence.map((one) => one.where.peer));
    return {
      where: { host: where.host, ...(peers.size === 1 ? { peer: where.peer } : {}) },
      summary: others.length === 0 ? text : `${text}; other entries are missing, too`,
      consequences: symptomsBetween(evidence, open),
      action: restartEngine(where.host),
    };
  },
);

/** Hosts that encrypt and decrypt with different keys: one of them missed a change of the keys. */
export const encryptionKeyMismatch: Rule = {
  name: 'encryption-key-mismatch',
  explain: (open, observation) => {
    const all = ofKind(open, 'encryption-key-differs');
    const [first] = all;
    if (first === undefined) return [];
    // The host that all of them have in common has the wrong keys.
    const common = commonHost(all);
    const groups = common === undefined ? groupByPair(all) : [all];
    return groups.flatMap((evidence): Diagnosis[] => {
      const [one] = evidence;
      if (one === undefined) return [];
      const where = common === undefined ? one.where : { host: common };
      return [
        {
          code: 'encryption-key-mismatch',
          where,
          summary: one.text,
          evidence,
          consequences: symptomsBetween(evidence, open),
          action: restartEngine(common ?? hostWithoutManager(where, observation)),
        },
      ];
    });
  },
};

/** Returns the host of a pair that is to get its keys again: managers have them, and give them to the others. */
function hostWithoutManager(
  { host, peer }: Place,
  { swarm }: Pick<Observation, 'swarm'>,
): string | undefined {
  return host === valueOf(swarm)?.manager ? (peer ?? host) : host;
}

/** Returns the only host that all these pairs have in common; undefined with a single pair. */
function commonHost(all: readonly Difference[]): string | undefined {
  const [shared, another] = all
    .map(({ where }) => [where.host, where.peer])
    .reduce((some, pair) => some.filter((name) => pair.includes(name)));
  return another === undefined ? shared : undefined;
}

function groupByPair<One extends { readonly where: Place }>(all: readonly One[]): One[][] {
  return [
    ...Map.groupBy(all, ({ where: { host = '', peer = '' } }) =>
      [host, peer].toSorted().join(' '),
    ).values(),
  ];
}

function symptomsBetween(
  evidence: readonly Difference[],
  open: readonly Difference[],
): Difference[] {
  return open.filter(
    (one) =>
      symptomKinds.has(one.kind) &&
      !evidence.includes(one) &&
      evidence.some(({ where: { host = '', peer = '' } }) => isBetween(one, host, peer)),
  );
}

function restartEngine(host: string | undefined): Action {
  return {
    kind: 'fix',
    host,
    commands: [['systemctl', 'restart', 'docker']],
    effect:
      'Restarts the engine, which gets the keys from a manager and writes its states and policies again. Containers stop unless they have a restart policy. If entries are still missing, the kernel has no ESP with AES-GCM: load the modules esp4 and gcm, or use a kernel that has them.',
  };
}
