import { describe, expect } from 'vitest';
import type { AuditReport } from '../../helpers/check/model/report.ts';
import { BUSYBOX } from '../machine/busybox-image.ts';
import { auditSwarm, swarmTest } from '../swarm-mode/lab.ts';
import { stopAtFailure } from '../stop-at-failure.ts';
import { expectFixed, findingsOf, textOf } from './findings.ts';
import { waitForPath } from './wait-for-path.ts';

const STAYS = "trap 'exit 0' TERM; while :; do busybox sleep 1 & wait; done";

const names = ['manager', 'worker'] as const;
type Node = (typeof names)[number];

/** An encrypted network with a container on each of two nodes. */
interface EncryptionLab {
  readonly names: typeof names;
  /** Runs a script as root on a node, and returns its output. */
  readonly inside: (node: Node, script: string) => Promise<string>;
  readonly audit: () => Promise<AuditReport>;
  /** Returns when a container reaches the other one. */
  readonly settle: () => Promise<void>;
}

const test = swarmTest('own').extend(
  'lab',
  { scope: 'file' },
  async ({ swarm: { manager, worker, provider } }): Promise<EncryptionLab> => {
    const inside: EncryptionLab['inside'] = async (node, script) =>
      (await provider.run(node, ['sh', '-ec', script], { limit: 180_000 })).stdout.trim();
    await inside(
      'manager',
      'docker network create --driver overlay --attachable --opt encrypted secret',
    );
    for (const node of names) {
      await inside(
        node,
        `docker run -d --restart always --name on-${node} --network secret ${BUSYBOX} sh -c "${STAYS}"`,
      );
    }
    return {
      names,
      inside,
      audit: async () => await auditSwarm('encryption', { manager, worker }),
      settle: async () => await waitForPath(inside),
    };
  },
);

/** Sets the source, destination, SPI and key of the state that the worker decrypts packets of the manager with. */
const INCOMING = `
own=$(ip -o -4 address show eth1 | sed 's/.*inet \\([0-9.]*\\).*/\\1/')
policy=$(ip xfrm policy list dir out | sed -n "s/^src \\([0-9.]*\\)\\/32 dst \\([0-9.]*\\)\\/32.*/\\2/p" | head -n 1)
`;

/** A firewall of which its author forgot ESP. */
const OPEN_PORTS = [
  '-p udp --dport 4789 -j ACCEPT',
  '-p udp --dport 7946 -j ACCEPT',
  '-p tcp -j ACCEPT',
  '-p icmp -j ACCEPT',
  '-j DROP',
];

interface EncryptionDefect {
  readonly code: string;
  readonly way: string;
  readonly where: Readonly<Record<string, string>>;
  readonly inject: string;
  /** Restores it if the check prints no fix. */
  readonly undo?: string;
}

// A fix that restarts an engine is typed on the worker: a swarm whose only manager restarts loses its overlays for a while.
const defects: readonly EncryptionDefect[] = [
  {
    code: 'encryption-state-missing',
    way: 'another program for IPsec flushes all states',
    where: { host: 'worker', peer: 'manager' },
    inject: 'ip xfrm state flush',
  },
  {
    code: 'encryption-state-missing',
    way: 'the policies are flushed',
    where: { host: 'worker', peer: 'manager' },
    inject: 'ip xfrm policy flush',
  },
  {
    code: 'encryption-key-mismatch',
    way: 'the receiver has another key for the same number',
    where: { host: 'manager', peer: 'worker' },
    inject: `${INCOMING}
for spi in $(ip xfrm state list src "$policy" dst "$own" | sed -n 's/.*proto esp spi \\(0x[0-9a-f]*\\).*/\\1/p'); do
  ip xfrm state delete src "$policy" dst "$own" proto esp spi "$spi"
  ip xfrm state add src "$policy" dst "$own" proto esp spi "$spi" reqid 13681891 mode transport \\
    aead 'rfc4106(gcm(aes))' 0x1111111111111111111111111111111111111111 64
done`,
  },
  {
    code: 'encryption-key-mismatch',
    way: 'the sender uses a key that the receiver never got',
    where: { host: 'worker', peer: 'manager' },
    inject: `${INCOMING}
ip xfrm state add src "$own" dst "$policy" proto esp spi 0x12345678 reqid 13681891 mode transport \\
  aead 'rfc4106(gcm(aes))' 0x2222222222222222222222222222222222222222 64
ip xfrm policy update src "$own/32" dst "$policy/32" proto udp dport 4789 dir out mark 0xd0c4e3 mask 0xffffffff \\
  tmpl src "$own" dst "$policy" proto esp spi 0x12345678 reqid 13681891 mode transport`,
  },
  {
    code: 'encryption-rule-missing',
    way: 'a reload of the firewall deletes the rule that has packets encrypted',
    where: { host: 'manager', network: 'secret' },
    inject: 'iptables -t mangle -F OUTPUT',
  },
  {
    code: 'encryption-rule-missing',
    way: 'a person deletes all rules for incoming packets',
    where: { host: 'worker', network: 'secret' },
    inject: 'iptables -F INPUT',
  },
  {
    code: 'encryption-leak',
    way: 'the kernel encrypts nothing on the network card',
    where: { host: 'worker', peer: 'manager', network: 'secret' },
    inject: 'sysctl -w net.ipv4.conf.eth1.disable_xfrm=1',
  },
  {
    code: 'encryption-leak',
    way: 'a rule of another program removes the mark again',
    where: { host: 'worker', peer: 'manager', network: 'secret' },
    inject: 'iptables -t mangle -A OUTPUT -p udp --dport 4789 -j MARK --set-mark 0',
    undo: 'iptables -t mangle -D OUTPUT -p udp --dport 4789 -j MARK --set-mark 0',
  },
  {
    code: 'esp-blocked',
    way: 'a rule of the receiver drops it',
    where: { host: 'manager', peer: 'worker' },
    inject: 'iptables -I INPUT -p esp -j DROP',
  },
  {
    code: 'esp-blocked',
    way: 'a rule of the sender drops it',
    where: { host: 'worker', peer: 'manager' },
    inject: 'iptables -I OUTPUT -p esp -j DROP',
  },
  {
    code: 'esp-blocked',
    way: 'a firewall of the receiver allows the ports of Docker only',
    where: { host: 'manager', peer: 'worker' },
    inject: OPEN_PORTS.map((rule) => `iptables -A INPUT -i eth1 ${rule}`).join('\n'),
    undo: OPEN_PORTS.map((rule) => `iptables -D INPUT -i eth1 ${rule}`).join('\n'),
  },
];

describe('A check of an encrypted network', { shuffle: false }, () => {
  stopAtFailure();

  test('finds nothing wrong, and examines the encryption', async ({ lab }) => {
    await lab.settle();
    const report = await lab.audit();
    expect(findingsOf(report), textOf(report)).toEqual([]);
    expect(report.coverage.unsupported).not.toContain('encryption of secret');
    expect(report.comparisons.filter(({ name }) => name.startsWith('encryption'))).toMatchObject([
      { name: 'encryption-states', state: 'passed' },
      { name: 'encryption-keys', state: 'passed' },
      { name: 'encryption-rules', state: 'passed' },
    ]);
    expect(report.comparisons.find(({ name }) => name === 'encrypted-packets')).toMatchObject({
      state: 'passed',
      evidence: ['secret: ESP from manager to worker', 'secret: ESP from worker to manager'],
    });
    expect(report).toMatchObject({ verdict: 'healthy' });
  });

  test('has no key of the hosts in its report', async ({ lab }) => {
    const report = JSON.stringify(await lab.audit());
    for (const node of names) {
      const states = await lab.inside(node, 'ip xfrm state');
      const keys = [...states.matchAll(/ 0x([\da-f]{40}) /g)].map(([, key = '']) => key);
      expect(keys.length, node).toBeGreaterThan(1);
      for (const key of keys) expect(report, node).not.toContain(key);
    }
  });

  test.for(defects)('finds $code alone, and its fix works: $way', async (defect, { lab }) => {
    const { code, where, inject, undo } = defect;
    await lab.settle();

    // The wrong keys of the receiver are on the peer of the sender.
    const isAtPeer = ['encryption-key-mismatch', 'esp-blocked'].includes(code);
    const node = isAtPeer ? 'worker' : where['host'];
    await lab.inside(node === 'manager' ? 'manager' : 'worker', inject);
    const report = await lab.audit();
    expect(findingsOf(report), textOf(report)).toEqual([{ code, where }]);
    const hasFix = report.diagnoses.some(({ action }) => action?.kind === 'fix');
    const recover = async () => {
      if (!hasFix && undo !== undefined) await lab.inside('worker', undo);
      await lab.settle();
    };
    await expectFixed(report, { ...lab, recover });
    if (hasFix && undo !== undefined) await lab.inside('worker', undo);
  });
});
