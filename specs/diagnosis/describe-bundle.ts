import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { runAsNobody } from '../cli/run-as-nobody.ts';
import { breakCluster, inMachine } from '../faults/fault.ts';
import { overlayCommand, startCommand } from '../topology/command.ts';
import type { LabTest } from './lab-test.ts';

/** Diagnoses a broken cluster, and its support bundle as another user without any network. */
export function describeBundle(test: LabTest): void {
  test('A support bundle has the output of the check, also without root, Docker and network', async ({
    lab,
  }) => {
    await using _broken = await breakCluster(
      inMachine(lab.provider, 'worker-host', {
        name: 'worker-host drops VXLAN packets',
        inject: 'iptables -I INPUT -p udp --dport 4789 -j DROP',
        undo: 'iptables -D INPUT -p udp --dport 4789 -j DROP',
      }),
    );
    const here = mkdtempSync(join(tmpdir(), 'bundle-'));
    onTestFinished(() => rmSync(here, { recursive: true }));
    const bundle = join(here, 'broken.json.gz');
    const env = { ...process.env, MACHINE_STORAGE_PATH: lab.document.store, E2E_PROVIDER: 'netns' };
    // Runs: npx overlay-e2e check --bundle broken.json.gz
    const live = await startCommand(
      overlayCommand,
      ['check', '--bundle', bundle, ...out(here)],
      env,
    ).ended;
    expect(live.exitCode, live.stderr).toBe(1);
    expect(live.stdout).toContain('"code": "vxlan-blocked"');
    // Only its owner can read it.
    expect(statSync(bundle).mode & 0o777).toBe(0o600);

    const home = join(here, 'elsewhere');
    mkdirSync(home);
    chmodSync(here, 0o755);
    const copy = join(home, 'received.json.gz');
    copyFileSync(bundle, copy);
    chmodSync(copy, 0o644);
    const words = ['check', '--from', copy, ...out(join(home, 'reports'))].join(' ');
    // Runs: npx overlay-e2e check --from broken.json.gz
    const there = await runAsNobody(`helpers/cli/overlay-e2e.sh ${words}`, {
      home,
      isOffline: true,
    });
    expect(there.exitCode, there.stderr).toBe(1);
    expect(there.stdout).toBe(live.stdout);
    // Runs: npx overlay-e2e check --from broken.json.gz --issue vxlan-blocked
    const issue = await startCommand(
      overlayCommand,
      ['check', '--from', bundle, '--issue', 'vxlan-blocked'],
      env,
    ).ended;
    expect(issue.stdout).toContain('### Additional Info');
    for (const file of ['check.xml', 'check.svg']) {
      expect(readFileSync(join(home, 'reports', file), 'utf8'), file).toBe(
        readFileSync(join(here, file), 'utf8'),
      );
    }
  });
}

/** Options for the machine-readable outputs of a check. */
function out(folder: string): string[] {
  return ['--json', '--junit', join(folder, 'check.xml'), '--svg', join(folder, 'check.svg')];
}
