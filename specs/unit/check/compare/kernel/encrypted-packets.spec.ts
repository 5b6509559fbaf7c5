import { describe, expect, test } from 'vitest';
import { diagnoseObservation } from '../../../../../helpers/check/audit.ts';
import { lineOf } from '../../../../../helpers/check/model/command.ts';
import { withValue } from '../../../../../helpers/check/model/observed.ts';
import type {
  EncryptedTrial,
  PathsView,
} from '../../../../../helpers/check/model/views/paths-view.ts';
import { readIptables } from '../../../../../helpers/check/observe/kernel/iptables-rules.ts';
import { hostOf, kernelOf, observationOf } from '../../observation.ts';

const healthy: EncryptedTrial = {
  network: 'secret',
  networkId: 'f04nece9xzcx19o9eb81amu11',
  from: 'left',
  to: 'right',
  answered: true,
  leftVxlan: true,
  reachedNic: true,
  letIn: true,
};

const lost: EncryptedTrial = { ...healthy, answered: false, letIn: false };

function examine(encrypted: readonly EncryptedTrial[], rules: Record<string, string> = {}) {
  const paths: PathsView = {
    hostTrials: [],
    gossip: [],
    managers: [],
    tunnels: [],
    trials: [],
    isolation: [],
    encrypted,
    checksumErrors: [],
    pairs: { all: 1, probed: 1 },
    untried: [],
  };
  const hosts = ['left', 'right', 'third'].map((name, index) =>
    hostOf(name, {
      address: `192.168.99.${101 + index}`,
      kernel: kernelOf({
        firewall: withValue(
          readIptables(
            'iptables-legacy',
            `*filter\n:INPUT ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n${rules[name] ?? ''}\n`,
            [],
          ),
        ),
      }),
    }),
  );
  const report = diagnoseObservation(observationOf({ hosts, paths: withValue(paths) }));
  return {
    state: report.comparisons.find(({ name }) => name === 'encrypted-packets')?.state,
    // These hosts have engines that nothing is known about.
    consequences: report.diagnoses.flatMap(({ consequences }) => consequences),
    found: report.diagnoses
      .filter(({ code }) => code !== 'unexplained')
      .map(({ code, where, action }) => ({
        code,
        where,
        on: action?.host,
        commands: lineOf(action?.commands ?? []),
      })),
  };
}

describe('Packets of an encrypted network', () => {
  test('that pass as ESP are no finding', () => {
    expect(examine([healthy])).toEqual({ state: 'passed', consequences: [], found: [] });
    expect(examine([]).state).toBe('skipped');
  });

  test('in clear are a leak of the sender, with the setting that must be off', () => {
    const clear = { device: 'eth1.5', switches: ['net.ipv4.conf.eth1.5.disable_xfrm'] };
    expect(examine([{ ...lost, clear }]).found).toEqual([
      {
        code: 'encryption-leak',
        where: { host: 'left', peer: 'right', network: 'secret' },
        on: 'left',
        commands: 'sysctl -w net/ipv4/conf/eth1.5/disable_xfrm=0',
      },
    ]);
  });

  test('that the receiver answers in clear are a leak, too', () => {
    const clear = { device: 'eth1', switches: [] };
    const { found, consequences } = examine([{ ...healthy, clear }]);
    expect(consequences).toEqual([]);
    expect(found).toMatchObject([
      { code: 'encryption-leak', where: { host: 'left', peer: 'right', network: 'secret' } },
    ]);
  });

  test('that the firewall of the receiver drops are blocked: ESP must be accepted', () => {
    expect(examine([lost, { ...lost, from: 'third' }]).found).toEqual([
      {
        code: 'esp-blocked',
        where: { peer: 'right' },
        on: 'right',
        commands:
          'iptables -I INPUT -s 192.168.99.101 -p esp -j ACCEPT && iptables -I INPUT -s 192.168.99.103 -p esp -j ACCEPT',
      },
    ]);
  });

  test.for([
    { where: 'right', reachedNic: true, rule: '[3:300] -A INPUT -p esp -j DROP' },
    { where: 'left', reachedNic: false, rule: '[3:300] -A OUTPUT -p esp -j DROP' },
  ])('that a rule of $where drops are blocked: it is deleted', ({ where, reachedNic, rule }) => {
    const [, chain = ''] = /-A (\S+)/.exec(rule) ?? [];
    expect(examine([{ ...lost, reachedNic }], { [where]: rule }).found).toEqual([
      {
        code: 'esp-blocked',
        where: { host: 'left', peer: 'right' },
        on: where,
        commands: `iptables-legacy -t filter -D ${chain} -p esp -j DROP`,
      },
    ]);
  });

  test('that the sender never sent as ESP are not blocked', () => {
    expect(examine([{ ...lost, leftVxlan: false, reachedNic: false }]).found).toEqual([]);
    // Another network between these hosts works.
    expect(examine([{ ...lost, network: 'other' }, healthy]).found).toEqual([]);
  });
});
