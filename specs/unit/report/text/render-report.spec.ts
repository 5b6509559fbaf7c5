import { lineOf } from '../../../../helpers/check/model/command.ts';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { renderVerdict } from '../../../../helpers/report/text/render-report.ts';
import {
  absent,
  brokenReport,
  check,
  type Dies,
  forwardingMissing,
  reportOf,
  sampledReport,
  secret,
} from '../findings/reports.ts';

const plain = { color: false, width: 80 };

describe('A check as text', () => {
  test('begins with the problems and their locations', () => {
    const lines = renderVerdict(brokenReport(), plain).split('\n');
    expect(lines.slice(0, 3)).toEqual([
      '✖ topology seed: 1 finding',
      ' 1  forwarding-entry-missing  master-host, network my-net, mysqlserver',
      '5 comparisons: 1 passed, 2 failed, 2 skipped · 2.1 s',
    ]);
  });

  test('then shows evidence, consequences, the page, and the complete command with its host', () => {
    const text = renderVerdict(brokenReport(), plain);
    expect(text).toContain('expected  mac 02:42:0a:00:09:03, dst 192.168.99.102, state permanent');
    expect(text).toContain('observed  nothing');
    expect(text).toContain('causes    tomcat-app gets no answer from mysqlserver: icmp, tcp, udp');
    expect(text).toContain('fix       on master-host, as root: writes the entry');
    expect(text.split('\n')).toContain(`    ${lineOf(forwardingMissing.action?.commands ?? [])}`);
    expect(text).toContain('docs/diagnoses/forwarding-entry-missing.md');
  });

  test('has a line for each direction between two hosts, with lost and one-way packets', () => {
    const lines = renderVerdict(brokenReport(), plain).split('\n');
    expect(lines).toContain('master-host → worker-host   ✔      ✔       ✔     ✖      ✖     ✖    ✖');
    expect(lines).toContain('worker-host → master-host   ✔      ✔       ✔     →      →     →    →');
    expect(lines).toContain('✔ answered; → arrived, but the answer did not; ✖ did not arrive');
  });

  test('contains the same information without colors', () => {
    const colored = renderVerdict(brokenReport(), { ...plain, color: true });
    expect(colored).toContain('\u001b[');
    expect(stripVTControlCharacters(colored)).toBe(renderVerdict(brokenReport(), plain));
    expect(renderVerdict(brokenReport(), plain)).not.toContain('\u001b');
  });

  test('stays within the width, except for the command', () => {
    for (const width of [60, 80, 120]) {
      for (const report of [
        brokenReport(),
        reportOf(16, { dies: fromThird }),
        reportOf(40, { dies: fromThird }),
      ]) {
        const lines = renderVerdict(report, { color: false, width }).split('\n');
        const long = lines.filter((line) => line.length > width).map((line) => line.trim());
        expect(
          long.filter((line) => line !== lineOf(forwardingMissing.action?.commands ?? [])),
        ).toEqual([]);
      }
    }
  });

  test('needs one line for all pairs if 16 hosts all reach each other', () => {
    expect(renderVerdict(reportOf(16), plain)).toContain(
      '✔ 240 pairs of hosts: host, gossip, vxlan, icmp, large, tcp, udp',
    );
  });

  test('shows a failing pair among 16 hosts, and that the others work', () => {
    const text = renderVerdict(reportOf(16, { dies: thirdToNinth }), plain);
    expect(text).toContain('host-03 → host-09   ✔      ✔       ✔     ✔      ✔     ✖    ✔');
    expect(text).toContain('host-09 → host-03   ✔      ✔       ✔     ✔      ✔     →    ✔');
    expect(text).toContain('✔ 238 other pairs of hosts');
  });

  test('shows one host × host grid for equal failures if one of 16 hosts cannot send', () => {
    const lines = renderVerdict(reportOf(16, { dies: fromThird }), plain).split('\n');
    const grid = lines.slice(lines.indexOf('icmp, large, tcp, udp:') + 1);
    expect(grid[0]).toBe('from ↓  to →  1  2  3  4  5  6  7  8  9 10 11 12 13 14 15 16');
    expect(grid[1]).toBe(' 1 host-01       ✔  →  ✔  ✔  ✔  ✔  ✔  ✔  ✔  ✔  ✔  ✔  ✔  ✔  ✔');
    expect(grid[3]).toBe(' 3 host-03    ✖  ✖     ✖  ✖  ✖  ✖  ✖  ✖  ✖  ✖  ✖  ✖  ✖  ✖  ✖');
    expect(grid[17]).toBe('✔ all 240 pairs of hosts: host, gossip');
  });

  test('shows the first of many differences, and how many more there are', () => {
    const evidence = Array.from({ length: 9 }, (_, index) => ({
      ...absent,
      text: `entry ${index}`,
    }));
    const report = { ...brokenReport(), diagnoses: [{ ...forwardingMissing, evidence }] };
    const text = renderVerdict(report, plain);
    expect(text).toContain('entry 2');
    expect(text).not.toContain('entry 3');
    expect(text).toContain('and 6 more; --json lists all');
  });

  test('gives the reason of each skipped comparison; reasons for an incomplete result are separate', () => {
    const report = reportOf(2);
    const impossible = check('kernel-routes', 'kernel', 'routes lead to every host', {
      state: 'skipped',
      reason: 'the engine of worker-host refuses privileged containers',
      because: 'failed',
    });
    const text = renderVerdict(
      { ...report, verdict: 'incomplete', comparisons: [...report.comparisons, impossible] },
      plain,
    );
    expect(text).toContain('? topology seed: nothing wrong found, but 1 comparison could not run');
    expect(text).toMatch(
      /Could not run:\n {2}the engine of worker-host refuses privileged containers: kernel-routes\nNot requested:\n {2}nobody said .*: application-answer\nNot applicable: swarm-nodes/,
    );
    const defects = { ...brokenReport(), comparisons: [...brokenReport().comparisons, impossible] };
    expect(renderVerdict(defects, plain)).toContain(
      '✖ topology seed: 1 finding; 1 comparison could not run, so there may be more',
    );
  });

  test('ends with the coverage', () => {
    expect(renderVerdict(reportOf(2), plain).split('\n\n').at(-1)?.replaceAll('\n', ' ')).toBe(
      'Examined: 2 engines (20.10.5+dfsg1), Consul 1.8.7, 1 overlay network, 2 containers, 14 live probes',
    );
  });

  test('names the size of a sample in the first line, with the result, and the choice at the end', () => {
    const sample = '480 of 2256 pairs of hosts, 1000 of 9024 pairs of containers';
    const wide = { color: false, width: 1000 };
    const healthy = renderVerdict(sampledReport(), wide).split('\n');
    expect(healthy[0]).toBe(`✔ topology seed: healthy, as far as examined: ${sample}`);
    expect(healthy.at(-1)).toContain(
      '480 of 2256 pairs of hosts (each host sends to the next 10 on a ring of all hosts',
    );
    expect(healthy.at(-1)).toContain('more would exceed the neighbor table capacity of a kernel)');
    const { diagnoses } = brokenReport();
    const [first] = renderVerdict(sampledReport({ verdict: 'defects', diagnoses }), wide).split(
      '\n',
    );
    expect(first).toBe(`✖ topology seed: 1 finding; examined ${sample}, so there may be more`);
  });

  test('contains nothing from a container’s environment', () => {
    expect(renderVerdict(brokenReport(), plain)).not.toContain(secret);
  });
});

function fromThird(...[from, , what]: Parameters<Dies>): boolean {
  return from === 'host-03' && what !== 'host' && what !== 'gossip';
}

function thirdToNinth(...[from, to, what]: Parameters<Dies>): boolean {
  return from === 'host-03' && to === 'host-09' && what === 'tcp';
}
