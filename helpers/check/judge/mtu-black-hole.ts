import type { Diagnosis, Remedy } from '../diagnosis.ts';
import type { Difference } from '../difference.ts';
import type { Observation } from '../observation.ts';
import type { Hop, Trial } from '../observe/paths.ts';
import { losesLarge, type PathSymptoms, symptomsOf } from '../path-symptoms.ts';
import { commandLine } from '../../process/run-command.ts';
import { fieldOf } from './paths-between.ts';
import type { Rule } from './rule.ts';

/** Bytes that VXLAN puts around a packet. */
const VXLAN_HEADERS = 50;

/**
 * Small packets of an overlay pass, and large ones vanish: somewhere on their way the largest packet is smaller than what
 * the overlay believes, and nobody tells the sender.
 */
export const mtuBlackHole: Rule = {
  name: 'mtu-black-hole',
  explain: (open, observation) => {
    const unfit = open.filter(({ kind }) => kind === 'mtu-unfit');
    const losing = open.flatMap((one) => {
      const symptoms =
        one.kind === 'container-path-dead' ? symptomsAt(one, observation) : undefined;
      return symptoms !== undefined && losesLarge(symptoms) ? [{ one, symptoms }] : [];
    });
    const byCause = Map.groupBy(losing, ({ one }) => keyOf(one, unfit));
    const found = [...byCause.values()].map((own) => {
      const causes = unfit.filter((some) => own.some(({ one }) => isCause(some, one)));
      return diagnose(own, causes);
    });
    const silent = unfit.filter((some) => !losing.some(({ one }) => isCause(some, one)));
    return [...found, ...silent.map((some) => diagnose([], [some]))];
  },
};

interface Losing {
  readonly one: Difference;
  readonly symptoms: PathSymptoms;
}

function symptomsAt({ where }: Difference, { paths }: Observation): PathSymptoms | undefined {
  if ('unseen' in paths) return undefined;
  return symptomsOf(paths.seen).find((one) =>
    (['host', 'peer', 'network', 'container', 'towards'] as const).every(
      (field) => one.where[field] === where[field],
    ),
  );
}

/** Losses that one unfit MTU explains belong together; else those of one way. */
function keyOf(one: Difference, unfit: readonly Difference[]): string {
  const cause = unfit.find((some) => isCause(some, one));
  const { host, peer, network } = one.where;
  return JSON.stringify(cause?.where ?? { host, peer, network });
}

function isCause({ where }: Difference, one: Difference): boolean {
  return (
    (where.host === one.where.host || where.host === one.where.peer) &&
    (where.network === undefined || where.network === one.where.network)
  );
}

function diagnose(losing: readonly Losing[], unfit: readonly Difference[]): Diagnosis {
  const [first] = losing;
  const [cause] = unfit;
  const { host, peer, network } = first?.one.where ?? cause?.where ?? {};
  const passed = first === undefined ? '' : describeLoss(first);
  return {
    code: 'mtu-black-hole',
    where: cause?.where ?? { host, peer, network },
    summary: [cause?.text, passed].filter((part) => part !== undefined && part !== '').join('; '),
    evidence: [...unfit, ...losing.map(({ one }) => one)],
    consequences: [],
    remedy: cause === undefined ? remedyFor(first) : remedyOf(cause),
  };
}

const placesInWords: Readonly<Record<Hop, string>> = {
  sender: 'on the bridge of its host',
  'sender-vxlan': 'in the kernel of its host, which does not send them',
  'sender-nic': 'between the hosts',
  'receiver-nic': 'in the kernel of the other host, behind its network card',
  'receiver-input': 'in the VXLAN device of the other host',
  'receiver-vxlan': 'on the bridge of the other host',
  receiver: 'in the kernel of the other container',
};

function describeLoss({ one: { where }, symptoms }: Losing): string {
  const size = largeTrialOf(symptoms)?.size;
  const { lastSeen } = symptoms;
  const place =
    lastSeen === undefined ? 'before they leave the container' : placesInWords[lastSeen.hop];
  return `small packets get from ${where.host} to ${where.peer} in ${where.network}, those of ${size ?? 'its MTU'} bytes vanish ${place}`;
}

function largeTrialOf({ trials }: PathSymptoms): Trial | undefined {
  return trials.find(({ protocol }) => protocol === 'icmp-large' || protocol === 'udp-large');
}

/** The interface with the unfit MTU gets the one that fits. */
function remedyOf({ where: { host }, expected, observed }: Difference): Remedy | undefined {
  const device = fieldOf(observed, 'device');
  const mtu = fieldOf(expected, 'mtu');
  if (typeof device !== 'string' || typeof mtu !== 'number') return undefined;
  return {
    host,
    command: commandLine('ip', ['link', 'set', 'dev', device, 'mtu', `${mtu}`]),
    effect: `lets packets of ${mtu} bytes through ${device}; what containers have learnt of the way meanwhile goes after ten minutes, or with «ip route flush cache»`,
  };
}

/** An overlay's MTU is set when it is made. */
function remedyFor(losing: Losing | undefined): Remedy | undefined {
  if (losing === undefined) return undefined;
  const size = largeTrialOf(losing.symptoms)?.size;
  if (size === undefined) return undefined;
  const { network = '' } = losing.one.where;
  // Nothing says how large a packet may be; a tunnel of the usual kind takes this much.
  const mtu = size - 2 * VXLAN_HEADERS;
  return {
    command: commandLine('docker', [
      'network',
      'create',
      '--driver=overlay',
      `--opt=com.docker.network.driver.mtu=${mtu}`,
      network,
    ]),
    effect: `makes ${network} anew with packets of at most ${mtu} bytes, after it was removed; better is to let packets of ${size + VXLAN_HEADERS} bytes through between the hosts`,
  };
}
