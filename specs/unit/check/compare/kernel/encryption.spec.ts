import { describe, expect, test } from 'vitest';
import { diagnoseObservation } from '../../../../../helpers/check/audit.ts';
import { lineOf } from '../../../../../helpers/check/model/command.ts';
import type { Observation } from '../../../../../helpers/check/model/observation.ts';
import {
  type Observed,
  valueOf,
  withoutValue,
  withValue,
} from '../../../../../helpers/check/model/observed.ts';
import type { EncryptionTables } from '../../../../../helpers/check/model/views/encryption-view.ts';
import {
  readEncryptionRules,
  readPolicies,
  readStates,
} from '../../../../../helpers/check/observe/kernel/encryption.ts';
import { MASTER, twoHosts, WORKER } from './two-hosts.ts';

/** A key of the swarm's managers: a tag that makes its SPIs, and the digest that stands for it. */
const keys = ['a', 'b', 'c'].map((letter) => letter.repeat(43));

/** The number of a state is a hash of both addresses and the key's tag. Any number does that differs. */
function spiOf(source: string, key: number): string {
  return `0x${source === MASTER ? '1' : '2'}00000${key}0`;
}

/** The output of `ip xfrm state`, after the agent has replaced the keys. */
function stateText(source: string, destination: string, key: number, digest = keys[key]): string {
  return `src ${source} dst ${destination}
\tproto esp spi ${spiOf(source, key)} reqid 13681891 mode transport
\treplay-window 0${' '}
\taead rfc4106(gcm(aes)) digest:${digest} 64
\tanti-replay context: seq 0x0, oseq 0x0, bitmap 0x00000000
\tsel src 0.0.0.0/0 dst 0.0.0.0/0${' '}
`;
}

function policyText(source: string, destination: string, key: number, port = 4789): string {
  return `src ${source}/32 dst ${destination}/32 proto udp dport ${port}${' '}
\tdir out priority 0 ptype main${' '}
\tmark 0xd0c4e3/0xffffffff${' '}
\ttmpl src ${source} dst ${destination}
\t\tproto esp spi ${spiOf(source, key)} reqid 13681891 mode transport
`;
}

const MARK = '-A OUTPUT -p udp -m udp --dport 4789';
const DROP = '-A INPUT -p udp -m udp --dport 4789';
const TO_MARK = '-j MARK --set-xmark 0xd0c4e3/0xffffffff';
// VXLAN number 256.
const u32 = '-m u32 --u32 "0x0>>0x16&0x3c@0xc&0xffffff00=0x10000"';
// From an engine 26.1.5, with that number.
const bpf =
  '-m bpf --bytecode "7,32 0 0 4294963252,7 0 0 0,64 0 0 4,116 0 0 8,21 1 0 256,6 0 0 0,6 0 0 4294967295"';
// The same comparison without a shift.
const masked =
  '-m bpf --bytecode "6,177 0 0 0,64 0 0 12,84 0 0 4294967040,21 0 1 65536,6 0 0 4294967295,6 0 0 0"';

function rulesText(mangle: readonly string[], filter: readonly string[]): string {
  return [
    '*mangle',
    ':OUTPUT ACCEPT [0:0]',
    ...mangle,
    'COMMIT',
    '*filter',
    ':INPUT ACCEPT [0:0]',
    ...filter,
    'COMMIT',
    '',
  ].join('\n');
}

// Engine 20.10: https://github.com/moby/moby/issues/43382.
const oldRules = rulesText(
  [`${MARK} ${u32} ${TO_MARK}`],
  [
    `-A INPUT -p udp -m policy --dir in --pol ipsec -m udp --dport 4789 ${u32} -j ACCEPT`,
    `${DROP} ${u32} -j DROP`,
  ],
);
const newRules = rulesText(
  [`${MARK} ${bpf} ${TO_MARK}`],
  [`-A INPUT -p udp -m policy --dir in --pol none -m udp --dport 4789 ${bpf} -j DROP`],
);

interface Texts {
  readonly state: string;
  readonly policy: string;
  readonly rules: string;
}

/** A host encrypts with one key, and decrypts with three. */
function healthyTexts(own: string, other: string, primary = 0): Texts {
  return {
    state: [
      stateText(own, other, primary),
      ...[0, 1, 2].map((key) => stateText(other, own, key)),
    ].join(''),
    policy: policyText(own, other, primary),
    rules: newRules,
  };
}

function tablesOf({ state, policy, rules }: Texts): Observed<EncryptionTables> {
  return withValue({
    states: readStates(state),
    policies: readPolicies(policy),
    rules: readEncryptionRules(rules),
  });
}

interface Encrypted {
  readonly master?: Partial<Texts>;
  readonly worker?: Partial<Texts>;
  /** The second read of master-host, if it differs from the first. */
  readonly later?: Partial<Texts>;
}

/** The data of an engine that is in the cluster. */
function member(address = '') {
  return { clusterStore: 'consul://192.168.99.100:8500', clusterAdvertise: `${address}:2376` };
}

/** Returns two hosts with an encrypted network, with changes of their kernels' entries. */
function encrypted({ master = {}, worker = {}, later = master }: Encrypted = {}): Observation {
  const healthy = twoHosts();
  const texts = {
    'master-host': healthyTexts(MASTER, WORKER),
    'worker-host': healthyTexts(WORKER, MASTER),
  };
  return {
    ...healthy,
    hosts: healthy.hosts.map((host) => {
      const view = valueOf(host.engine);
      const kernel = valueOf(host.kernel);
      if (view === undefined || kernel === undefined) return host;
      const isMaster = host.name === 'master-host';
      const own = texts[isMaster ? 'master-host' : 'worker-host'];
      const before = tablesOf({ ...own, ...(isMaster ? master : worker) });
      const after = isMaster ? tablesOf({ ...own, ...later }) : before;
      const networks = view.networks.map((one) => ({ ...one, options: { encrypted: '' } }));
      return {
        ...host,
        engine: withValue({
          ...view,
          info: { ...view.info, id: host.name, name: host.name, ...member(host.address) },
          networks,
        }),
        kernel: withValue({ ...kernel, encryption: { before, after } }),
      };
    }),
  };
}

function found(observation: Observation) {
  return diagnoseObservation(observation).diagnoses.map(({ code, where, action }) => ({
    code,
    where,
    fix: lineOf(action?.commands ?? []),
  }));
}

const restart = 'systemctl restart docker';
const between = { host: 'master-host', peer: 'worker-host' };
const { state, policy } = healthyTexts(MASTER, WORKER);

describe('Two hosts with an encrypted network', () => {
  test('are healthy with rules of old and new engines, and their encryption is examined', () => {
    for (const rules of [oldRules, newRules, newRules.replaceAll(bpf, masked)]) {
      const report = diagnoseObservation(encrypted({ master: { rules }, worker: { rules } }));
      expect(report.diagnoses).toEqual([]);
      expect(report.coverage.unsupported).toEqual([]);
      expect(report.comparisons.filter(({ name }) => name.startsWith('encryption'))).toMatchObject([
        { state: 'passed' },
        { state: 'passed' },
        { state: 'passed' },
      ]);
    }
  });

  test('are healthy while the key in use is replaced', () => {
    // One host already uses the next key; the other accepts both.
    expect(found(encrypted({ master: healthyTexts(MASTER, WORKER, 1) }))).toEqual([]);
    // For a moment, it has no policy.
    expect(found(encrypted({ master: { policy: '' }, later: {} }))).toEqual([]);
    expect(found(encrypted({ master: {}, later: { state: '' } }))).toEqual([]);
    // The oldest key is out of use on one host only.
    const rest = [stateText(MASTER, WORKER, 0), stateText(WORKER, MASTER, 0)];
    expect(found(encrypted({ master: { state: rest.join('') } }))).toEqual([]);
  });

  test.for([
    ['all states', { state: '' }],
    ['the policy', { policy: '' }],
    ['a policy for the port of the cluster', { policy: policyText(MASTER, WORKER, 0, 8472) }],
    ['the mark of the policy', { policy: policy.replace(/\tmark .*\n/, '') }],
    ['the state to encrypt with', { state: state.replace(stateText(MASTER, WORKER, 0), '') }],
    ['the state to decrypt with', { state: state.replace(stateText(WORKER, MASTER, 0), '') }],
    // https://github.com/moby/moby/issues/30766
    ['its address in states', { state: state.replaceAll(MASTER, '0.0.0.0') }],
  ] as const)('have a finding if one lacks %s', ([, master]) => {
    expect(found(encrypted({ master }))).toEqual([
      { code: 'encryption-state-missing', where: between, fix: restart },
    ]);
  });

  test('have a finding if one decrypts with another key of the same number', () => {
    const other = state.replace(
      stateText(WORKER, MASTER, 0),
      stateText(WORKER, MASTER, 0, 'd'.repeat(43)),
    );
    expect(found(encrypted({ master: { state: other } }))).toEqual([
      {
        code: 'encryption-key-mismatch',
        where: { host: 'worker-host', peer: 'master-host' },
        fix: restart,
      },
    ]);
    const { diagnoses, comparisons } = diagnoseObservation(encrypted({ master: { state: other } }));
    const texts = JSON.stringify({ diagnoses, comparisons });
    for (const digest of [...keys, 'd'.repeat(43)]) expect(texts).not.toContain(digest);
  });

  test('have a finding if one encrypts with a key that the other never got', () => {
    const own = stateText(MASTER, WORKER, 9, 'e'.repeat(43));
    const changed = { state: own + state, policy: policyText(MASTER, WORKER, 9) };
    expect(found(encrypted({ master: changed }))).toEqual([
      { code: 'encryption-key-mismatch', where: between, fix: restart },
    ]);
  });

  test('have a fix for the host that is no manager, which gets its keys from one', () => {
    const own = stateText(MASTER, WORKER, 9, 'e'.repeat(43));
    const changed = { state: own + state, policy: policyText(MASTER, WORKER, 9) };
    const swarm = withValue({ manager: 'master-host', nodes: [], networks: [], endpoints: [] });
    const { diagnoses } = diagnoseObservation({ ...encrypted({ master: changed }), swarm });
    expect(diagnoses.filter(({ code }) => code === 'encryption-key-mismatch')).toMatchObject([
      { where: between, action: { host: 'worker-host' } },
    ]);
  });

  test.for([
    ['encrypts', rulesText([], [`${DROP} ${bpf} -j DROP`]), 'mangle -A OUTPUT'],
    ['drops', rulesText([`${MARK} ${bpf} ${TO_MARK}`], []), 'filter -I INPUT'],
  ] as const)('have a finding if one lacks the rule that %s', ([, rules, chain]) => {
    const [one, another] = found(encrypted({ master: { rules } }));
    expect(another).toBeUndefined();
    expect(one).toMatchObject({
      code: 'encryption-rule-missing',
      where: { host: 'master-host', network: 'my-net' },
    });
    expect(one?.fix).toContain(
      `iptables -t ${chain} -p udp --dport 4789 -m bpf --bytecode '7,32 0 0`,
    );
  });

  test('have a finding if the rules are for another network, and the fix has their own form', () => {
    const rules = oldRules.replaceAll('=0x10000"', '=0x10100"');
    expect(found(encrypted({ master: { rules }, worker: { rules } }))).toMatchObject([
      {
        where: { host: 'master-host', network: 'my-net' },
        fix: expect.stringContaining("--u32 '0x0>>0x16&0x3c@0xc&0xffffff00=0x10000' -j MARK"),
      },
      { where: { host: 'worker-host', network: 'my-net' } },
    ]);
  });
});

/** Returns the hosts with another second read of master-host, or without any read. */
function withRead(read: Observed<EncryptionTables> | undefined): Observation {
  const observation = encrypted();
  return {
    ...observation,
    hosts: observation.hosts.map((host) => {
      const kernel = valueOf(host.kernel);
      const before = kernel?.encryption?.before;
      if (host.name !== 'master-host' || kernel === undefined || before === undefined) return host;
      const encryption = read && { before, after: read };
      return { ...host, kernel: withValue({ ...kernel, encryption }) };
    }),
  };
}

describe('The encryption of a network is not examined', () => {
  const hidden = state.replace(/digest:\S+/, 'hidden');
  const strange = newRules.replace('116 0 0 8', '116 0 0 9');
  test.for([
    ['if a kernel was not read', undefined, 'encryption on master-host was not read'],
    [
      'if the second read failed',
      withoutValue('ip xfrm state: Operation not permitted'),
      'encryption on master-host: ip xfrm state: Operation not permitted',
    ],
    [
      'if a kernel hides its keys',
      tablesOf({ state: hidden, policy, rules: newRules }),
      'the kernel of master-host hides its keys',
    ],
    [
      'if a rule is not understood',
      tablesOf({ state, policy, rules: strange }),
      'a firewall rule of master-host for encrypted overlays is not understood',
    ],
  ] as const)('%s', ([, read, reason]) => {
    const report = diagnoseObservation(withRead(read));
    expect(report.diagnoses).toEqual([]);
    expect(report.coverage.unsupported).toEqual(['encryption of my-net']);
    expect(report.comparisons.filter(({ name }) => name.startsWith('encryption'))).toMatchObject([
      { state: 'skipped', reason },
      { state: 'skipped', reason },
      { state: 'skipped', reason },
    ]);
  });

  test('and not in question where no network is encrypted', () => {
    const report = diagnoseObservation(twoHosts());
    expect(report.comparisons.filter(({ name }) => name.startsWith('encryption'))).toMatchObject([
      { state: 'skipped', because: 'not-applicable' },
      { state: 'skipped', because: 'not-applicable' },
      { state: 'skipped', because: 'not-applicable' },
    ]);
  });
});

test('States and policies of other programs do not count', () => {
  expect(readStates(stateText(MASTER, WORKER, 0).replace('proto esp', 'proto ah'))).toEqual([]);
  expect(readStates('src fd00::1 dst fd00::2\n\tproto esp spi 0x10000000\n')).toEqual([]);
  expect(readPolicies(policy.replace('dir out', 'dir fwd'))).toEqual([]);
  expect(readPolicies(policy.replace('priority 0', 'action block priority 0'))).toEqual([]);
  expect(readPolicies(policy.replace('0xd0c4e3', '0x1'))).toEqual([]);
});
