import {
  encryptedHosts,
  encryptedNetworks,
  type EncryptedHost,
  unexaminedEncryption,
} from '../../derive/kernel/encrypted-hosts.ts';
import { lostNetworks } from '../../derive/lost-networks.ts';
import {
  type Comparison,
  type ComparisonOutcome,
  outcomeOf,
  skipped,
} from '../../model/comparison.ts';
import { type Difference, ofKind } from '../../model/difference.ts';
import type { Observation } from '../../model/observation.ts';
import { withoutValue } from '../../model/observed.ts';
import { USUAL_VXLAN_PORT } from '../../model/views/kernel-view.ts';
import type { EncryptionTables } from '../../model/views/encryption-view.ts';

/** Each host has the entries that encrypt its packets to the others, and that decrypt their packets. */
export const encryptionStates: Comparison = {
  name: 'encryption-states',
  title: 'the hosts of encrypted networks have states and policies for each other',
  layer: 'kernel',
  needs: 'privileged-probe',
  compare: (observation) => {
    const ways = waysOf(observation);
    const differences = ways.flatMap((way) => ofKind(findWay(way), 'encryption-state-missing'));
    return encryptionOutcome(observation, differences, ways.map(describeWay));
  },
};

/** The receiver decrypts with the key with which the sender encrypts. */
export const encryptionKeys: Comparison = {
  name: 'encryption-keys',
  title: 'the hosts of encrypted networks have the same keys',
  layer: 'kernel',
  needs: 'privileged-probe',
  compare: (observation) => {
    const ways = waysOf(observation);
    const differences = ways.flatMap((way) => ofKind(findWay(way), 'encryption-key-differs'));
    return encryptionOutcome(observation, differences, ways.map(describeWay));
  },
};

/** Firewall rules have packets of encrypted networks encrypted, and drop packets that arrive in clear. */
export const encryptionRules: Comparison = {
  name: 'encryption-rules',
  title: 'no host sends or accepts packets of encrypted networks in clear',
  layer: 'kernel',
  needs: 'privileged-probe',
  compare: (observation) => {
    const networks = encryptedNetworks(observation);
    const hosts = encryptedHosts(observation);
    const wanted = networks.flatMap(({ name: network, hosts: joined, vnis, port }) =>
      hosts
        .filter(({ name }) => joined.includes(name))
        .flatMap((host) => vnis.map((vni) => ({ host, network, vni, port }))),
    );
    const differences = wanted.flatMap(({ host, network, vni, port }) =>
      (['mark', 'drop'] as const).flatMap((effect): Difference[] => {
        // A rule that is not understood may be the one.
        const isThere = ({ rules }: EncryptionTables) =>
          rules.some(
            (rule) =>
              rule.effect === effect &&
              (rule.vni === vni || rule.vni === undefined) &&
              rule.port === port,
          );
        if (isThere(host.before) || isThere(host.after)) return [];
        return [
          {
            kind: 'encryption-rule-missing',
            where: { host: host.name, network },
            expected: { effect, vni, port },
            observed: null,
            text: `${host.name} has no rule that ${effects[effect](`${network} (VXLAN number ${vni})`)}`,
          },
        ];
      }),
    );
    return encryptionOutcome(
      observation,
      differences,
      wanted.map(({ host, network, vni }) => `${host.name}: ${network}, VXLAN number ${vni}`),
    );
  },
};

const effects = {
  mark: (network: string) => `has packets of ${network} encrypted, and may send them in clear`,
  drop: (network: string) => `drops unencrypted packets of ${network}, and may accept them`,
} as const;

function encryptionOutcome(
  observation: Observation,
  differences: readonly Difference[],
  evidence: readonly string[],
): ComparisonOutcome {
  if (differences.length > 0) return outcomeOf(differences, evidence);
  const blind = unexaminedEncryption(observation) ?? lostNetworks(observation);
  if (blind !== undefined) return skipped(blind);
  if (encryptedNetworks(observation).length > 0) return outcomeOf(differences, evidence);
  return skipped(
    withoutValue('no encrypted network has containers on two hosts', 'not-applicable'),
  );
}

/** The way of packets from one host to another. */
interface Way {
  readonly from: EncryptedHost;
  readonly to: EncryptedHost;
  /** The data path port of the cluster. */
  readonly port: number;
}

function waysOf(observation: Observation): Way[] {
  const hosts = encryptedHosts(observation);
  const networks = encryptedNetworks(observation);
  return hosts.flatMap((from) =>
    hosts
      .filter(
        (to) =>
          to !== from &&
          networks.some(
            ({ hosts: joined }) => joined.includes(from.name) && joined.includes(to.name),
          ),
      )
      .map((to) => ({ from, to, port: networks[0]?.port ?? USUAL_VXLAN_PORT })),
  );
}

function describeWay({ from, to, port }: Way): string {
  const policy = policyOf(from.after, from.address, to.address, port);
  return `${from.name} → ${to.name}: SPI ${spiInWords(policy?.spi)}`;
}

/** Returns the differences of a way that both reads have: engines replace keys one after the other. */
function findWay(way: Way): Difference[] {
  const before = findDifferences(way, 'before').map((one) => JSON.stringify(one));
  return findDifferences(way, 'after').filter((one) => before.includes(JSON.stringify(one)));
}

function findDifferences({ from, to, port }: Way, read: 'before' | 'after'): Difference[] {
  const [source, destination] = [from.address, to.address];
  const [sender, receiver] = [from[read], to[read]];
  const policy = policyOf(sender, source, destination, port);
  const encrypting = statesOf(sender, source, destination);
  const spi = policy?.spi ?? encrypting[0]?.spi;
  const out = encrypting.find((one) => one.spi === spi);
  const decrypting = statesOf(receiver, source, destination);
  const into = decrypting.find((one) => one.spi === spi);
  const missing = (
    host: EncryptedHost,
    peer: EncryptedHost,
    part: Difference<'encryption-state-missing'>['expected']['part'],
    text: string,
  ): Difference => ({
    kind: 'encryption-state-missing',
    where: { host: host.name, peer: peer.name },
    expected: { part, source, destination, spi: spi ?? null },
    observed: null,
    text,
  });
  const differences: Difference[] = [];
  if (policy === undefined) {
    const text = `${from.name} has no policy that encrypts packets to ${to.name} on port ${port}`;
    differences.push(missing(from, to, 'policy', text));
  }
  if (out === undefined) {
    const text = `${from.name} has no state that encrypts packets to ${to.name} (SPI ${spiInWords(spi)})`;
    differences.push(missing(from, to, 'outgoing state', text));
  }
  // Without a number, only a receiver without any state certainly lacks one.
  if (into === undefined && (spi !== undefined || decrypting.length === 0)) {
    // Each host has a state for each key that it got: as many for packets of the one as for packets of the other.
    const others = statesOf(sender, destination, source).length;
    if (decrypting.length === 0 || decrypting.length < others) {
      const text = `${to.name} has no state that decrypts packets from ${from.name} (SPI ${spiInWords(spi)})`;
      differences.push(missing(to, from, 'incoming state', text));
    } else {
      const known = decrypting.map((one) => spiInWords(one.spi)).join(', ');
      differences.push({
        kind: 'encryption-key-differs',
        where: { host: from.name, peer: to.name },
        expected: { spi: spi ?? null },
        observed: { spis: decrypting.map((one) => one.spi), hasSameKey: null },
        text: `${from.name} encrypts packets to ${to.name} with SPI ${spiInWords(spi)}, but ${to.name} has states for SPI ${known}`,
      });
    }
  }
  if (
    into?.keyDigest !== undefined &&
    out?.keyDigest !== undefined &&
    into.keyDigest !== out.keyDigest
  ) {
    differences.push({
      kind: 'encryption-key-differs',
      where: { host: from.name, peer: to.name },
      expected: { spi: out.spi },
      observed: { spis: [into.spi], hasSameKey: false },
      text: `${from.name} encrypts packets to ${to.name} with another key than ${to.name} decrypts them with (SPI ${spiInWords(spi)})`,
    });
  }
  return differences;
}

function policyOf(
  { policies }: EncryptionTables,
  source: string,
  destination: string,
  port: number,
) {
  return policies.find(
    (one) =>
      one.source === source &&
      one.destination === destination &&
      (one.port === port || one.port === 0),
  );
}

function statesOf({ states }: EncryptionTables, source: string, destination: string) {
  return states.filter((one) => one.source === source && one.destination === destination);
}

function spiInWords(spi: number | undefined): string {
  return spi === undefined ? 'unknown' : `0x${spi.toString(16).padStart(8, '0')}`;
}
