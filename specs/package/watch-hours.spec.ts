import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { startCommand } from '../topology/command.ts';
import { BUSYBOX } from '../machine/busybox-image.ts';
import { swarmTest } from '../swarm-mode/swarm-test.ts';
import { freePort } from '../unit/report/metrics/free-port.ts';

/** The nightly run sets this variable. A minute shows a descriptor that each check leaves open; small leaks of memory need hours. */
const minutes = Number(process.env['E2E_WATCH_MINUTES'] ?? '1');

/** Checks until Node.js has compiled all code. */
const WARM_UP = 5;

/** Minutes from which memory is compared: a third of a shorter run is too little for the heap of Node.js to grow. */
const COMPARE_MEMORY = 10;

interface Sample {
  readonly checks: number;
  readonly failed: number;
  readonly memory: number;
  readonly descriptors: number;
}

function readSample(metrics: string): Sample {
  const value = (name: string) => {
    const line = metrics.split('\n').find((one) => one.startsWith(`${name} `));
    expect(line, name).toBeDefined();
    return Number(line?.slice(name.length + 1));
  };
  return {
    checks: value('overlay_e2e_checks_total{result="healthy"}'),
    failed: ['defects', 'incomplete', 'failed']
      .map((result) => value(`overlay_e2e_checks_total{result="${result}"}`))
      .reduce((sum, one) => sum + one),
    memory: value('process_resident_memory_bytes'),
    descriptors: value('process_open_fds'),
  };
}

/** The least of them: memory before the next collection of garbage, and descriptors between two checks. */
function least(samples: readonly Sample[], of: 'memory' | 'descriptors'): number {
  return Math.min(...samples.map((one) => one[of]));
}

swarmTest()(
  'check --watch --metrics needs no more memory and descriptors the longer it runs',
  { timeout: minutes * 60_000 + 240_000 },
  async ({ swarm, onTestFinished }) => {
    const lines = [
      ['manager', 'docker network create --driver overlay --attachable shop'],
      ...['manager', 'worker'].map(
        (machine) =>
          [machine, `docker run --detach --network shop ${BUSYBOX} sleep 1000000`] as const,
      ),
    ] as const;
    for (const [machine, line] of lines) {
      const { exitCode, stderr } = await swarm.inside(machine ?? '', line ?? '');
      expect(exitCode, stderr).toBe(0);
    }
    const port = await freePort();
    // Not every 30 seconds: more checks show more.
    const watch = startCommand(
      join(import.meta.dirname, '../../helpers/cli/overlay-e2e.sh'),
      ['check', 'manager', 'worker', '--watch', '1', '--metrics', `${port}`],
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
    await watch.says('healthy');
    const samples: Sample[] = [];
    const end = Date.now() + minutes * 60_000;
    // A slow computer takes longer for the checks that both thirds need.
    while (Date.now() < end || (samples.at(-1)?.checks ?? 0) < WARM_UP + 12) {
      samples.push(readSample(await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()));
      // A pause between samples, not a wait for something.
      await sleep(500);
    }
    const last = samples.at(-1);
    expect(last?.failed, JSON.stringify(last)).toBe(0);
    const warm = samples.filter(({ checks }) => checks >= WARM_UP);
    const third = Math.floor(warm.length / 3);
    const thirds = [warm.slice(0, third), warm.slice(third, -third), warm.slice(-third)] as const;
    const [first, middle, late] = thirds;
    const memory = thirds.map((one) => least(one, 'memory'));
    const figures = JSON.stringify({ checks: last?.checks, first: first[0], last, memory });
    expect(least(late, 'descriptors'), figures).toBeLessThanOrEqual(
      least(first, 'descriptors') + 2,
    );
    // In the first third, the heap of Node.js grows to its size.
    if (minutes >= COMPARE_MEMORY) {
      expect(least(late, 'memory'), figures).toBeLessThan(1.2 * least(middle, 'memory'));
    }
    console.log(`${minutes} minutes of --watch: ${figures}`);
  },
);
