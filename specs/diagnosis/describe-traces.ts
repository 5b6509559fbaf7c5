import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { traceCluster } from '../../helpers/check/trace/trace-cluster.ts';
import { runCommand } from '../../helpers/process/run-command.ts';
import { renderTrace } from '../../helpers/report/text/render-trace.ts';
import { breakCluster, type Fault, inMachine } from '../faults/fault.ts';
import { inContainer } from '../faults/in-namespaces.ts';
import { deleteForwardingEntry, setWrongNeighborEntry } from '../faults/overlay-faults.ts';
import { blockTunnelIn } from '../faults/path-faults.ts';
import { differenceOf, type Seen } from '../walkthrough/match-output.ts';
import { readWalkthrough } from '../walkthrough/read-walkthrough.ts';
import type { DiagnosisLab } from './lab.ts';
import type { LabTest } from './lab-test.ts';

const root = join(import.meta.dirname, '../..');

// Runs every block of docs/trace.md
const page = readFileSync(join(root, 'docs/trace.md'), 'utf8');

/** Traces packets in the cluster of the rounds, before its defects: each fault ends the trace at its place. */
export function describeTraces(test: LabTest): void {
  describe('A trace of one packet', () => {
    test('shows the output of its page, in a healthy cluster and with blocked VXLAN', async ({
      lab,
    }) => {
      const [healthy, blocked] = readWalkthrough(page);
      const seen: Seen = new Map();
      // The bridges learn the addresses.
      await trace(lab, 'mysqlserver');
      expect(
        healthy && differenceOf(healthy.output, await type(lab, healthy.commands, 0), seen),
      ).toBe(undefined);
      await using _broken = await breakCluster(blockTunnelIn(lab.provider, 'worker-host'));
      expect(
        blocked && differenceOf(blocked.output, await type(lab, blocked.commands, 1), seen),
      ).toBe(undefined);
    });

    test.for<[string, fault: (lab: DiagnosisLab) => Promise<Fault>, last: string, cause: RegExp]>([
      [
        'a missing forwarding entry',
        async (lab) =>
          deleteForwardingEntry(on(lab), await lab.endpoint('worker-host', 'bystander')),
        'master-host overlay vxlan0 out',
        /^no forwarding entry of vxlan0 for /,
      ],
      [
        'a wrong neighbor entry',
        async (lab) =>
          setWrongNeighborEntry(
            on(lab),
            await lab.endpoint('worker-host', 'bystander'),
            '02:42:0a:00:09:99',
          ),
        'master-host overlay vxlan0 out',
        /lladdr 02:42:0a:00:09:99 /,
      ],
      [
        'a rule of the receiving container',
        async ({ provider }) =>
          await Promise.resolve(
            inMachine(provider, 'worker-host', {
              name: 'bystander drops ICMP',
              inject: inContainer('bystander', 'iptables -I INPUT -p icmp -j DROP'),
              undo: inContainer('bystander', 'iptables -D INPUT -p icmp -j DROP'),
            }),
          ),
        'worker-host container eth0 in',
        /^-A INPUT -p icmp -j DROP$/,
      ],
    ])('ends at %s, and names it', async ([, faultOf, last, cause], { lab }) => {
      await using _broken = await breakCluster(await faultOf(lab));
      // It sends nothing itself, from which a VXLAN device would learn.
      const report = await trace(lab, 'bystander');
      const text = renderTrace(report, { color: false, width: 100 });
      const { place, device, direction } = report.hops.at(-1) ?? {};
      expect([place?.host, place?.kind, device, direction].join(' '), text).toBe(last);
      expect(report.cause?.text, text).toMatch(cause);
      expect(report.outcome).toBe('lost');
    });
  });
}

function on({ provider, networkId }: DiagnosisLab) {
  return { provider, machine: 'master-host', network: networkId('my-net') };
}

async function trace(lab: DiagnosisLab, to: string) {
  const request = { from: 'tomcat-app', to, protocol: 'icmp' } as const;
  const rest = { port: undefined, network: undefined };
  return await lab.observe((target) => traceCluster(target, { ...request, ...rest }, {}));
}

/** Types a command of the page, and returns its output. */
async function type({ document }: DiagnosisLab, line: string, code: number): Promise<string> {
  const { stdout, stderr, exitCode } = await runCommand('sh', ['-c', line], {
    cwd: root,
    env: {
      ...(process.env as Record<string, string>),
      MACHINE_STORAGE_PATH: document.store,
      NO_COLOR: '1',
    },
    limit: 60_000,
    expect: 'any',
  });
  expect(exitCode, stderr).toBe(code);
  return stdout;
}
