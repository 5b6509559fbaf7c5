import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from 'vitest';
import { readHierarchies } from '../../helpers/netns/cgroups/cgroup.ts';
import { openStore } from '../../helpers/netns/state/store.ts';
import { expect, test } from './lab.ts';
import { remains } from './remains.ts';
import { findTraces, noTraces } from './traces.ts';

describe('the search for everything that belongs to a state directory', () => {
  test('finds nothing of a directory that never existed', async () => {
    expect(await findTraces(join(tmpdir(), 'overlay-e2e-never-was'))).toEqual(noTraces);
  });

  test('finds all parts of running machines', async ({ lab }) => {
    const up = lab.start('up', '--until', 'cluster', '--verbose');
    await up.says('mh-keystore: docker run progrium/consul');
    // While it runs, a claim exists as well. It is stopped, so that it does not end before the search.
    up.signal('SIGSTOP', 'command');
    const making = await lab.traces();
    up.signal('SIGCONT', 'command');
    expect(making.files).toContain(join(lab.store, 'claim.json'));
    expect(making.processes).toContainEqual(expect.stringMatching(`^${up.pid} `));
    expect(await up.ended).toMatchObject({ exitCode: 0 });

    // Engines start and end helpers all the time, so only processes that exist before and after the search are
    // compared.
    const before = listProcesses();
    const traces = await lab.traces();
    const after = new Set(listProcesses().map(({ born }) => born));
    const all = before.filter(({ born }) => after.has(born));
    const { id } = openStore(lab.store);
    const machines = ['master-host', 'mh-keystore', 'worker-host'];
    expect(traces.namespaces).toEqual([
      ...['_switch', ...machines].map((name) => `e2e-${id}-${name}`),
      // A container has an unnamed namespace within ours: Consul's.
      expect.stringMatching(/^net:\[\d+\] of \d+ .*consul/),
    ]);
    expect(traces.links).toEqual([expect.stringMatching(/^e2e-[0-9a-f]{8}$/)]);
    expect(traces.cgroups).toHaveLength(readHierarchies().length);
    expect(traces.locks).toEqual([]);
    expect(traces.files).toEqual(
      expect.arrayContaining([
        join(lab.store, 'topology.json'),
        ...machines.map((name) => join(lab.store, 'machines', name)),
      ]),
    );
    expect(traces.files).not.toContain(join(lab.store, 'claim.json'));
    for (const name of machines) {
      expect(traces.mounts).toContain(`/run/netns/e2e-${id}-${name}`);
    }
    // All descendants of a machine's first process belong to it, wherever they are.
    const found = new Set(traces.processes.map((text) => Number(text.split(' ')[0])));
    const firsts = all.filter(
      ({ pid, words }) => found.has(pid) && /^sh .*init\.sh .*boot\.env$/.test(words),
    );
    expect(firsts).toHaveLength(3);
    const descendants = all.filter((one) => descends(one, firsts, all));
    const programs = descendants.map(({ words }) => words).join('\n');
    for (const program of ['dockerd', 'containerd', 'docker-proxy', 'consul']) {
      expect(programs).toContain(program);
    }
    expect(descendants.filter(({ pid }) => !found.has(pid))).toEqual([]);
    // Each machine has its own mount namespace, with its data root in the state directory.
    for (const { pid } of firsts) {
      const namespace = readlinkSync(`/proc/${pid}/ns/mnt`);
      const text = `/var/lib/docker in ${namespace} of `;
      expect(traces.mounts).toContainEqual(expect.stringContaining(text));
    }
  });

  test.for(Object.entries(remains))('finds %s', async ([, leave], { lab }) => {
    const store = openStore(lab.store);
    const before = await lab.traces();
    const { kind, text, remove } = await leave(store);
    try {
      const traces = await lab.traces();
      expect(traces[kind].filter((one) => !before[kind].includes(one))).toContainEqual(
        expect.stringContaining(text),
      );
    } finally {
      await remove();
    }
    expect(await lab.traces()).toEqual(before);
  });
});

interface Process {
  readonly pid: number;
  /** Its number and start time, which no later process shares. */
  readonly born: string;
  readonly parent: number;
  readonly words: string;
}

function listProcesses(): Process[] {
  return readdirSync('/proc').flatMap((name) => {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      const words = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
      const fields = stat.replace(/^.*\) /s, '').split(' ');
      if (fields[0] === 'Z') return [];
      const born = `${name} ${fields[19]}`;
      return [{ pid: Number(name), born, parent: Number(fields[1]), words }];
    } catch {
      // No process, or a process that has just ended.
      return [];
    }
  });
}

function descends(process: Process, from: readonly Process[], all: readonly Process[]): boolean {
  if (from.some(({ pid }) => pid === process.pid)) return true;
  const parent = all.find(({ pid }) => pid === process.parent);
  return parent !== undefined && descends(parent, from, all);
}
