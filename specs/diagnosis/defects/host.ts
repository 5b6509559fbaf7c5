import {
  changedSetting,
  copiedRules,
  flushedRules,
  fullConnectionTable,
  liveRestore,
} from '../../faults/host-faults.ts';
import type { DiagnosisLab } from '../lab.ts';
import { spareNetwork } from '../topologies.ts';
import type { Defect } from '../defect.ts';

const third = { host: 'third-host' };

/** The VXLAN number of the network without containers, which has another identifier after it was created again. */
async function spareNumber({ engine }: DiagnosisLab): Promise<number> {
  const { options } = await engine('master-host').networks.inspect(spareNetwork.name);
  return Number((options['com.docker.network.driver.overlay.vxlanid_list'] ?? '').split(',')[0]);
}

export const hostDefects: readonly Defect[] = [
  {
    code: 'live-restore-in-swarm',
    way: 'the engine has reloaded its configuration',
    on: ['swarm-mode'],
    where: third,
    worksWithDefect: true,
    fault: ({ provider }) => liveRestore(provider, 'third-host', true),
  },
  {
    code: 'live-restore-in-swarm',
    way: 'the configuration applies at the next start',
    on: ['swarm-mode'],
    where: third,
    worksWithDefect: true,
    fault: ({ provider }) => liveRestore(provider, 'third-host', false),
  },
  {
    code: 'docker-rules-missing',
    way: 'a firewall flushes the tables filter and nat',
    where: third,
    worksWithDefect: true,
    fault: ({ provider }) =>
      flushedRules(provider, 'third-host', {
        name: 'the tables filter and nat are flushed',
        flush: 'iptables -F; iptables -t nat -F',
      }),
  },
  {
    code: 'docker-rules-missing',
    way: 'a firewall restores its rules and deletes all others',
    where: third,
    worksWithDefect: true,
    fault: ({ provider }) =>
      flushedRules(provider, 'third-host', {
        name: 'other rules replace all rules',
        flush: `for table in filter nat; do echo "*$table"; echo COMMIT; done | iptables-restore`,
      }),
  },
  {
    code: 'docker-rules-missing',
    way: 'only the rule that masquerades the gateway bridge is deleted',
    where: third,
    worksWithDefect: true,
    fault: ({ provider }) =>
      flushedRules(provider, 'third-host', {
        name: 'docker_gwbridge is not masqueraded',
        flush:
          "iptables-save -t nat | sed -n 's/^-A \\(POSTROUTING .* docker_gwbridge -j MASQUERADE\\)$/iptables -t nat -D \\1/p' | sh -e",
      }),
  },
  {
    code: 'docker-rules-duplicated',
    way: 'the rules are copied to iptables-legacy',
    where: third,
    worksWithDefect: true,
    fault: ({ provider }) => copiedRules(provider, 'third-host', (rules) => rules),
  },
  {
    code: 'docker-rules-duplicated',
    way: 'iptables-legacy has the rules of a bridge that is gone',
    where: third,
    worksWithDefect: true,
    fault: ({ provider }) =>
      copiedRules(
        provider,
        'third-host',
        () => 'sed "s/docker_gwbridge/br-0123456789ab/; s/172[.]18[.]/172.30./"',
      ),
  },
  {
    code: 'forwarding-disabled',
    way: 'net.ipv4.ip_forward is 0',
    where: third,
    worksWithDefect: true,
    fault: ({ provider }) =>
      changedSetting(provider, 'third-host', {
        inject: 'sysctl -qw net.ipv4.ip_forward=0',
        undo: 'sysctl -qw net.ipv4.ip_forward=1',
      }),
  },
  {
    code: 'forwarding-disabled',
    way: 'a reload of sysctl.conf resets the setting of the engine',
    where: third,
    worksWithDefect: true,
    fault: ({ provider }) =>
      changedSetting(provider, 'third-host', {
        inject:
          'echo net.ipv4.conf.all.forwarding=0 >/tmp/forwarding.conf; sysctl -qp /tmp/forwarding.conf; rm /tmp/forwarding.conf',
        undo: 'sysctl -qw net.ipv4.conf.all.forwarding=1',
      }),
  },
  {
    code: 'gateway-bridge-broken',
    way: 'docker_gwbridge is down',
    where: third,
    worksWithDefect: true,
    fault: ({ provider }) =>
      changedSetting(provider, 'third-host', {
        inject: 'ip link set docker_gwbridge down',
        undo: 'ip link set docker_gwbridge up',
      }),
  },
  {
    code: 'gateway-bridge-broken',
    way: 'docker_gwbridge is deleted',
    where: third,
    worksWithDefect: true,
    fault: ({ provider }) =>
      changedSetting(provider, 'third-host', {
        inject: 'ip link delete docker_gwbridge',
        undo: 'service docker restart',
      }),
  },
  {
    code: 'conntrack-table-full',
    way: 'a program sends packets to more addresses than the table has room for',
    where: third,
    worksWithDefect: true,
    fault: ({ provider }) => fullConnectionTable(provider, 'third-host'),
  },
  {
    code: 'vxlan-device-foreign',
    way: 'a device of the engine is left over in the namespace of the host',
    on: ['swarm-mode'],
    where: { ...third, network: spareNetwork.name },
    worksWithDefect: true,
    fault: async (lab) =>
      changedSetting(lab.provider, 'third-host', {
        inject: `ip link add vx-001001-spare type vxlan id ${await spareNumber(lab)} dstport 4789`,
        undo: 'ip link delete vx-001001-spare',
      }),
  },
  {
    code: 'vxlan-device-foreign',
    way: 'another program has a tunnel with the same number',
    on: ['swarm-mode'],
    where: { ...third, network: spareNetwork.name },
    worksWithDefect: true,
    fault: async (lab) =>
      changedSetting(lab.provider, 'third-host', {
        inject: `ip link add tunnel0 type vxlan id ${await spareNumber(lab)} dstport 4789 remote ${lab.address('master-host')} dev eth1; ip address add 172.29.0.1/24 dev tunnel0; ip link set tunnel0 up`,
        undo: 'ip link delete tunnel0',
      }),
  },
];
