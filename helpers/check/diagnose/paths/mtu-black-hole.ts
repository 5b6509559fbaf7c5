import type { Diagnosis, Action } from '../../model/diagnosis.ts';
import { type Difference, ofKind, type Place } from '../../model/difference.ts';
import { knownAddressOf } from '../../derive/find-host.ts';
import type { Observation } from '../../model/observation.ts';
import type { Hop, Trial } from '../../model/views/paths-view.ts';
import { losesLarge, type PathSymptoms, symptomsOf } from '../../derive/path-symptoms.ts';
import { type Gathered, gatherByPlace } from '../common-place.ts';
import { findDroppingRule, undoRule } from './paths-between.ts';
import { type Rule, ruleFor } from '../rule.ts';

/** The bytes of the IPv4 and ICMP headers of an echo. */
const ECHO_HEADERS = 28;

/** Bytes that VXLAN puts around a packet. */
const VXLAN_HEADERS = 50;

/**
 * Small packets of an overlay pass, large ones are lost: a link on the path allows less than the overlay assumes, and no
 * error reaches the sender.
 */
export const mtuBlackHole: Rule = {
  name: 'mtu-black-hole',
  explain: (open, observation) => {
    const { paths } = observation;
    if ('missing' in paths) return [];
    const all = symptomsOf(paths.value);
    const dead = ofKind(open, 'container-path-dead');
    const losing = all.filter((one) => losesLarge(one) && dead.some((some) => isOf(some, one)));
    const claimed = new Set<Difference>();
    return gatherByPlace(losing, all).map((place) => {
      const links = ofKind(open, 'mtu-mismatch').filter(
        (one) => !claimed.has(one) && isAtPlace(one, place),
      );
      for (const one of links) claimed.add(one);
      const evidence = dead.filter((some) => place.paths.some((one) => isOf(some, one)));
      return diagnose(place, evidence, links, observation);
    });
  },
};

/** A link with a smaller MTU than its packets, found without a live probe that lost any. */
export const mtuUnsuitable = ruleFor('mtu-mismatch', 'mtu-black-hole', {
  name: 'mtu-unsuitable',
  action: setMtu,
});

const fields = ['host', 'peer', 'network', 'container', 'towards'] as const;

function isOf({ where }: Difference, path: PathSymptoms): boolean {
  return fields.every((field) => path.where[field] === where[field]);
}

/** Returns true if a difference is on a host of all these paths; for a container, all links of the path count. */
function isAtPlace({ where }: Difference, { where: place, paths }: Gathered): boolean {
  return paths.every(
    (one) =>
      (where.network === undefined || where.network === one.where.network) &&
      (place.container !== undefined ||
        where.host === one.where.host ||
        where.host === one.where.peer),
  );
}

function diagnose(
  { where, paths }: Gathered,
  dead: readonly Difference[],
  links: readonly Difference<'mtu-mismatch'>[],
  observation: Observation,
): Diagnosis {
  const cause = links.find((link) => link.where.container === where.container) ?? links[0];
  const [first] = paths;
  const loss = first === undefined ? '' : describeLoss(where, first);
  const drop = cause === undefined ? findDrop(paths, observation) : undefined;
  return {
    code: 'mtu-black-hole',
    where: cause?.where ?? where,
    summary: [cause?.text, loss, drop && `${drop.host} has the rule "${drop.rule.text}"`]
      .filter((part) => part !== undefined)
      .join('; '),
    evidence: cause === undefined ? dead : [...links, ...dead],
    consequences: cause === undefined ? links : [],
    action:
      drop !== undefined
        ? undoRule(drop.host, drop.rule)
        : cause === undefined
          ? actionFor(where, first, observation)
          : setMtu(cause),
  };
}

/** Returns a rule common to all paths that drops VXLAN packets, although small ones pass: it may match their length. */
function findDrop(paths: readonly PathSymptoms[], observation: Observation) {
  const isCommon = (host: string) =>
    paths.every(({ where }) => where.host === host || where.peer === host);
  const hosts = new Set(paths.flatMap(({ where }) => [where.peer, where.host]).filter(isCommon));
  for (const host of hosts) {
    const direction = paths.some(({ where }) => where.peer === host) ? 'in' : 'out';
    const rule = findDroppingRule(observation, host, 'vxlan', direction);
    if (rule?.isExplicit === true && (rule.packets ?? 0) > 0) return { host, rule };
  }
  return undefined;
}

const placesInWords: Readonly<Record<Hop, string>> = {
  sender: 'on the bridge of the sending host',
  'sender-vxlan': 'in the kernel of the sending host',
  'sender-nic': 'between the hosts',
  'receiver-nic': 'in the kernel of the receiving host, after its network card',
  'receiver-input': 'in the VXLAN device of the receiving host',
  'receiver-vxlan': 'on the bridge of the receiving host',
  receiver: 'in the kernel of the receiving container',
};

function describeLoss({ host, peer, container, network }: Place, path: PathSymptoms): string {
  const size = largeTrialOf(path)?.size;
  const { lastSeen } = path;
  const place =
    lastSeen === undefined ? 'before they leave the container' : placesInWords[lastSeen.hop];
  const parts = [
    container === undefined ? undefined : `of ${container}`,
    host === undefined ? undefined : `${peer === undefined ? 'of' : 'from'} ${host}`,
    peer === undefined ? undefined : `to ${peer}`,
  ].filter((part) => part !== undefined);
  return `small packets ${parts.join(' ')} in ${network} pass, packets of ${size ?? 'its MTU'} bytes are lost ${place}`;
}

function largeTrialOf({ trials }: PathSymptoms): Trial | undefined {
  return trials.find(({ protocol }) => protocol === 'icmp-large' || protocol === 'udp-large');
}

/** Sets the suitable MTU on the interface. */
function setMtu({ where, expected, observed }: Difference<'mtu-mismatch'>): Action {
  const { mtu, command } = expected;
  return {
    kind: 'fix',
    host: where.host,
    commands: [command],
    effect: `Allows packets of ${mtu} bytes on ${observed.device}. Path MTUs that containers have cached expire after ten minutes, or with "ip route flush cache".`,
  };
}

/** An overlay's MTU is set when it is made; so is that of the containers on it. */
function actionFor(
  { host, container, network = '' }: Place,
  path: PathSymptoms | undefined,
  observation: Observation,
): Action | undefined {
  const size = path === undefined ? undefined : largeTrialOf(path)?.size;
  if (size === undefined) return undefined;
  if (container !== undefined) {
    return {
      kind: 'fix',
      host,
      commands: [
        ['docker', 'network', 'disconnect', network, container],
        ['docker', 'network', 'connect', network, container],
      ],
      effect: `Gives ${container} a new interface on ${network}, with the MTU of the network.`,
    };
  }
  const address = knownAddressOf(observation, path?.where.peer);
  const outer = size + VXLAN_HEADERS;
  return {
    kind: 'next-step',
    host: path?.where.host,
    commands:
      address === undefined
        ? []
        : [['ping', '-c', '3', '-M', 'do', '-s', `${outer - ECHO_HEADERS}`, address]],
    effect: `Shows whether packets of ${outer} bytes (full packets of ${network} plus VXLAN headers) pass between the hosts. If not, raise the MTU of the link, or create ${network} again with an MTU ${VXLAN_HEADERS} bytes below that of the link (--opt com.docker.network.driver.mtu).`,
  };
}
