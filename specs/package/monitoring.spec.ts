import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { z } from 'zod';
import { unpackPackages } from '../../helpers/debian/apt/archive.ts';
import { cached } from '../../helpers/debian/cache/cache.ts';
import { runCommand } from '../../helpers/process/run-command.ts';
import { done, notYet, waitFor } from '../../helpers/process/waits/wait-for.ts';
import { startCommand } from '../topology/command.ts';
import { BUSYBOX } from '../machine/busybox-image.ts';
import { swarmTest } from '../swarm-mode/swarm-test.ts';
import { freePort } from '../unit/report/metrics/free-port.ts';

const root = join(import.meta.dirname, '../..');
const monitoring = join(root, 'docs/monitoring');

/** Debian's Prometheus with promtool, which are not installed. */
async function prepareMonitoring(): Promise<string> {
  return await cached('spec-tools/prometheus-promtool-trixie', 'Prometheus', async (into) => {
    await unpackPackages({ suite: 'trixie', packages: ['prometheus', 'promtool'], into });
  });
}

const test = swarmTest()
  .extend('tools', { scope: 'file' }, async () => join(await prepareMonitoring(), 'usr/bin'))
  // oxlint-disable-next-line eslint/no-empty-pattern -- Vitest reads from it what the fixture needs: nothing.
  .extend('folder', async ({}, { onCleanup }) => {
    const folder = mkdtempSync(join(tmpdir(), 'overlay-e2e-monitoring-'));
    onCleanup(() => {
      rmSync(folder, { recursive: true, force: true });
    });
    return folder;
  });

const alerts = z.object({
  data: z.object({
    alerts: z.array(
      z.object({
        state: z.string(),
        labels: z.record(z.string(), z.string()),
        annotations: z.record(z.string(), z.string()),
      }),
    ),
  }),
});

describe('Monitoring with Debian’s Prometheus', () => {
  test('promtool accepts the alert rules', async ({ tools }) => {
    const { stdout } = await runCommand(join(tools, 'promtool'), [
      'check',
      'rules',
      join(monitoring, 'alerts.yml'),
    ]);
    expect(stdout).toMatch(/SUCCESS: 9 rules found/);
  });

  test('an injected defect fires an alert, which resolves after the defect', async ({
    swarm,
    tools,
    folder,
    onTestFinished,
  }) => {
    const inside = async (machine: string, line: string) => {
      const { exitCode, stderr } = await swarm.inside(machine, line);
      expect(exitCode, stderr).toBe(0);
    };
    await inside('manager', 'docker network create --driver overlay --attachable shop');
    for (const machine of ['manager', 'worker']) {
      await inside(machine, `docker run --detach --network shop ${BUSYBOX} sleep 10000`);
    }
    const [own, port] = [await freePort(), await freePort()];
    // Runs: overlay-e2e check --watch 30 --metrics 9469
    // Not every 30 seconds, and at another port.
    const watch = startCommand(
      join(root, 'helpers/cli/overlay-e2e.sh'),
      ['check', 'manager', 'worker', '--watch', '1', '--metrics', `${own}`],
      {
        ...(process.env as Record<string, string>),
        MACHINE_STORAGE_PATH: swarm.folder,
        NO_COLOR: '1',
      },
    );
    onTestFinished(async () => {
      watch.signal('SIGTERM', 'group');
      await watch.ended;
    });
    await watch.says(`metrics: http://127.0.0.1:${own}/metrics`);
    await watch.says('healthy');

    // Certificates are read after the check.
    const metrics = await waitFor(
      'the dates of certificates',
      async () => {
        const text = await (await fetch(`http://127.0.0.1:${own}/metrics`)).text();
        const isThere = text.includes('overlay_e2e_certificate_expiry_timestamp_seconds{');
        return isThere ? done(text) : notYet('none');
      },
      { limit: 30_000 },
    );
    expect(metrics).toMatch(/^overlay_e2e_result\{result="healthy"\} 1$/m);
    for (const [from, to] of [
      ['manager', 'worker'],
      ['worker', 'manager'],
    ]) {
      for (const network of ['', 'shop']) {
        expect(metrics).toMatch(
          new RegExp(
            String.raw`^overlay_e2e_pair_latency_seconds\{from="${from}",to="${to}",network="${network}"\} [\d.e-]+$`,
            'm',
          ),
        );
      }
      expect(metrics).toContain(
        `overlay_e2e_pair_loss_ratio{from="${from}",to="${to}",network="shop"} 0\n`,
      );
    }
    expect(metrics).toMatch(/^overlay_e2e_network_addresses_used\{network="shop"\} [3-9]$/m);
    for (const certificate of ['engine', 'client', 'authority', 'swarm-authority']) {
      expect(metrics).toMatch(
        new RegExp(
          `expiry_timestamp_seconds\\{host="manager",certificate="${certificate}"\\} \\d{10}$`,
          'm',
        ),
      );
    }

    // The rules of the page, without their pauses.
    const rules = readFileSync(join(monitoring, 'alerts.yml'), 'utf8');
    writeFileSync(join(folder, 'alerts.yml'), rules.replaceAll(/\n +for: .*/g, ''));
    const page = readFileSync(join(root, 'docs/monitoring.md'), 'utf8');
    const [, shown = ''] = /```yaml\n(# prometheus\.yml\n.*?)```/s.exec(page) ?? [];
    const configuration = join(folder, 'prometheus.yml');
    writeFileSync(
      configuration,
      `global: { scrape_interval: 1s, evaluation_interval: 1s }\n${shown.replace('127.0.0.1:9469', `127.0.0.1:${own}`)}`,
    );
    await runCommand(join(tools, 'promtool'), ['check', 'config', configuration]);
    const prometheus = startCommand(
      join(tools, 'prometheus'),
      [
        `--config.file=${configuration}`,
        `--storage.tsdb.path=${join(folder, 'data')}`,
        `--web.listen-address=127.0.0.1:${port}`,
      ],
      { PATH: process.env['PATH'] ?? '' },
      folder,
    );
    onTestFinished(async () => {
      prometheus.signal('SIGTERM', 'group');
      await prometheus.ended;
    });
    await prometheus.says('Server is ready to receive web requests');
    const ask = async (path: string) =>
      await (await fetch(`http://127.0.0.1:${port}/api/v1/${path}`)).json();
    const waitForAlert = async (isThere: boolean) =>
      await waitFor(
        `an alert${isThere ? '' : ' no more'}`,
        async () => {
          const all = alerts.parse(await ask('alerts')).data.alerts;
          const finding = all.find(
            ({ labels, state }) => labels['code'] === 'vxlan-blocked' && state === 'firing',
          );
          const names = all.map(({ labels }) => Object.values(labels).join(' ')).join(', ');
          return (finding !== undefined) === isThere ? done(finding) : notYet(names);
        },
        { limit: 120_000 },
      );
    await waitFor(
      'a scrape',
      async () => {
        const text = JSON.stringify(await ask('query?query=overlay_e2e_hosts'));
        return text.includes('"known"') ? done(undefined) : notYet(text);
      },
      { limit: 30_000 },
    );

    const rule = 'INPUT --protocol udp --dport 4789 --jump DROP';
    await inside('worker', `iptables --insert ${rule}`);
    const alert = await waitForAlert(true);
    expect(alert?.labels).toMatchObject({ alertname: 'OverlayFinding', severity: 'critical' });
    expect(alert?.annotations['summary']).toMatch(/^vxlan-blocked on (?:manager → )?worker/);
    await inside('worker', `iptables --delete ${rule}`);
    await waitForAlert(false);
    await watch.says('✔ resolved: vxlan-blocked');
  });
});
