import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe } from 'vitest';
import { startNumbers } from '../../helpers/check/observe/paths/plan/trial-plan.ts';
import { PROBE_LABEL } from '../../helpers/check/probe/start/describe-probe.ts';
import type { Engine } from '../../helpers/docker/engine.ts';
import { expect, test } from './lab.ts';
import { requestAll, requestTo, watchAll } from './send-packets.ts';

export function describeAttacks(): void {
  describe('A hostile container', () => {
    test('that floods listeners and captures neither exhausts memory nor stops replies', async ({
      lab,
      probes,
    }) => {
      const { udp, tcp } = await watchAll(lab, probes);
      // It has captured the packets of trials, so it knows the run and sends similar packets.
      const run = requestTo(lab, 'udp', udp, 0).id.slice(0, 8);
      const script = await readFile(join(import.meta.dirname, 'flood.pl'), 'utf8');
      const words = [`${lab.left.pid}`, '-n', 'perl', '-', lab.right.address, udp, tcp, run];
      const flood = lab.inside(
        'manager',
        `nsenter -t ${words.join(' ')} <<'END_OF_SCRIPT'\n${script}\nEND_OF_SCRIPT`,
      );
      const requests = ['udp', 'tcp', 'icmp', 'tcp', 'udp', 'tcp'] as const;
      for (const protocol of requests) {
        const port = { udp, tcp, icmp: 0 }[protocol];
        await requestAll(lab, probes, [requestTo(lab, protocol, port, 0)]);
      }
      expect(await flood).toMatchObject({ exitCode: 0, stdout: 'flooded\n', stderr: '' });
      await requestAll(lab, probes, [requestTo(lab, 'tcp', tcp, 20_000)]);
      // Trials of another run, or with a number that no run reaches, are ignored.
      const forged = [`${run}ffffffff`, '1111111100000001'];
      expect(await probes.right.packets.received(forged)).toEqual(new Set());
      expect((await probes.right.packets.captures(forged)).captures).toEqual(new Map());
      for (const engine of [lab.manager, lab.worker]) {
        expect(await mostMemoryOf(engine, probes)).toBeLessThan(150_000_000);
      }
    });

    test('cannot make the probe read the host’s files, long files or FIFOs', async ({
      lab,
      probes,
    }) => {
      const root = `/proc/${lab.left.pid}/root`;
      const plant = [
        'cp /etc/resolv.conf /kept && mkfifo /etc/fifo',
        'dd if=/dev/zero of=/etc/resolv.conf bs=1000000 count=3',
        'ln -s /proc/1/root/etc/passwd /etc/magic',
        'ln -s ../../../../etc/machine-id /etc/relative',
        'ln -s /etc/hostname /etc/own',
      ].join(' && ');
      const planted = await lab.left.container.exec(['sh', '-c', plant]);
      expect(planted, planted.stderr).toMatchObject({ exitCode: 0 });
      try {
        const names = ['fifo', 'resolv.conf', 'magic', 'relative', 'own'];
        const files = await probes.left.read(names.map((name) => `${root}/etc/${name}`));
        const [fifo, servers, magic, relative, own] = files;
        expect(fifo).toMatchObject({ error: 'not a regular file' });
        expect(servers).toMatchObject({ cut: true, text: '\0'.repeat(65_536) });
        expect(magic).toMatchObject({ error: 'Too many levels of symbolic links' });
        expect(relative).toMatchObject({ error: 'No such file or directory' });
        expect(own).toMatchObject({ text: `${lab.left.container.id.slice(0, 12)}\n` });
      } finally {
        const restore = 'cat /kept >/etc/resolv.conf; rm /kept /etc/fifo /etc/magic';
        await lab.left.container.exec(['sh', '-c', `${restore} /etc/relative /etc/own`]);
      }
    });
  });

  test('A probe’s container has limits and the necessary capabilities only', async ({
    lab,
    probes,
  }) => {
    expect(probes.right.host).toBe('worker');
    const { hostConfig } = await probeOn(lab.worker);
    expect(hostConfig).toMatchObject({
      Memory: 268_435_456,
      PidsLimit: 64,
      OomScoreAdj: 1000,
      Ulimits: [{ Name: 'nofile', Soft: 4096, Hard: 4096 }],
      SecurityOpt: expect.arrayContaining(['no-new-privileges']),
      CapDrop: ['ALL'],
    });
    const status = await lab.inside(
      'worker',
      `cat /proc/${(await probeOn(lab.worker)).pid}/status`,
    );
    expect(status.stdout).toMatch(/^NoNewPrivs:\t1$/m);
    // NET_ADMIN, NET_RAW, SYS_PTRACE, SYS_ADMIN
    expect(status.stdout).toMatch(/^CapEff:\t0000000000283000$/m);
  });

  test('The IDs of a run’s trials begin with the run that its probes expect', () => {
    expect(startNumbers('0123abcd-4567')()).toBe('0123abcd00000001');
  });
}

async function probeOn(engine: Engine) {
  const all = await engine.containers.list();
  const found = all.find(({ labels }) => labels[PROBE_LABEL] === 'container');
  return await engine.containers.inspect(found?.id ?? 'no probe');
}

/** The peak memory of the agent, in bytes. */
async function mostMemoryOf(
  engine: Engine,
  probes: { readonly left: Reader; readonly right: Reader },
): Promise<number> {
  const { pid } = await probeOn(engine);
  const probe = engine.machine.name === probes.left.host ? probes.left : probes.right;
  const [status] = await probe.read([`/proc/${pid}/status`]);
  const text = status !== undefined && 'text' in status ? status.text : '';
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(text)?.[1]) * 1024;
}

type Reader = Pick<import('../../helpers/check/probe/probe.ts').Probe, 'host' | 'read'>;
