import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, onTestFinished } from 'vitest';
import { createNetnsProvider } from '../../helpers/machine/netns/provider.ts';
import type { MachineProvider } from '../../helpers/machine/machine.ts';
import type { ConvergencePlan } from '../../helpers/topology/converge/converge.ts';
import type { TopologyDocument } from '../../helpers/topology/document.ts';
import type { Topology } from '../../helpers/topology/topology.ts';
import { firstCar } from '../../helpers/workload/car-service.ts';
import { fetchText } from '../seed/fetch-text.ts';
import { expect, expectNothingLeft, expectUntouched, test } from './lab.ts';
import { expectRefusal } from './running.ts';

const page = await readFile(join(import.meta.dirname, '../../docs/topologies.md'), 'utf8');
const [, example = ''] = /```ts\n(.*?)```/s.exec(page) ?? [];
const [, section = ''] = /## Change a running topology\n(.*?)\n## /s.exec(page) ?? [];

async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'overlay-e2e-converge-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

const waits = {
  network: 'stairs',
  image: { debian: ['busybox-static'] },
  command: ['sleep', 'infinity'],
} as const;
const rings = {
  networks: ['stairs'],
  image: waits.image,
  // Ends at the signal of the engine, without its grace period.
  command: ['sh', '-c', "trap 'exit 0' TERM; sleep infinity & wait"],
  mode: 'global',
  endpoint: 'dnsrr',
} as const;

const before = {
  name: 'house',
  cluster: { kind: 'swarm-mode', manager: 'counter' },
  engineBundle: '26.1.5',
  machines: [{ name: 'counter' }, { name: 'cellar' }, { name: 'attic' }],
  networks: [
    { name: 'stairs', driver: 'overlay', subnet: '10.20.0.0/24', createdOn: 'counter' },
    { name: 'pipes', driver: 'overlay', subnet: '10.21.0.0/24', createdOn: 'counter' },
  ],
  containers: [
    { ...waits, name: 'stock', machine: 'cellar' },
    { ...waits, name: 'shop', machine: 'counter', environment: { COLOR: 'red' } },
    { ...waits, name: 'old', machine: 'attic' },
    { ...waits, name: 'tap', machine: 'counter', network: 'pipes' },
  ],
  services: [
    { ...rings, name: 'clock' },
    { ...rings, name: 'bell', configs: [{ name: 'sound', target: '/sound' }] },
  ],
  configs: [{ name: 'sound', content: 'ding' }],
} as const satisfies Topology;

const [stairs, pipes] = before.networks;
const [stock, shop, , tap] = before.containers;
const dish = { ...waits, name: 'dish', machine: 'roof' } as const;
const after = {
  ...before,
  machines: [{ name: 'counter' }, { name: 'cellar', nodeLabels: ['floor=-1'] }, { name: 'roof' }],
  networks: [stairs, { ...pipes, subnet: '10.22.0.0/24' }],
  containers: [stock, { ...shop, environment: { COLOR: 'blue' } }, tap, dish],
  configs: [{ name: 'sound', content: 'dong' }],
} as const satisfies Topology;
/** The same, but the last container has no such program. */
const failing = {
  ...after,
  containers: [...after.containers.slice(0, -1), { ...dish, command: ['no-such-program'] }],
} satisfies Topology;

const plan = [
  'remove container old on attic: it is not in the topology',
  'remove machine attic: it is not in the topology',
  'change machine cellar: its node labels are none, not floor=-1',
  'change network pipes: its subnet is 10.21.0.0/24, not 10.22.0.0/24',
  'change config sound: its content has changed',
  'change container shop on counter: its description has changed',
  'change container tap on counter: its network pipes is replaced',
  'change service bell: its description has changed',
  'add machine roof: it is new in the topology',
  'add container dish on roof: it is new in the topology',
];

/** Runs a command in a machine and returns its output. */
function runner(provider: MachineProvider) {
  return async (machine: string, ...argv: [string, ...string[]]): Promise<string> => {
    const { stdout } = await provider.run(machine, argv);
    return stdout.trim();
  };
}

/** Returns the ID and the start time of each container on a machine, by name without the IDs of tasks. */
async function readContainers(
  run: ReturnType<typeof runner>,
  machine: string,
): Promise<Record<string, string>> {
  const ids = await run(machine, 'docker', 'ps', '-aq', '--no-trunc');
  const format = '{{.Name}} {{.Id}} {{.State.StartedAt}}';
  const lines = await run(machine, 'docker', 'inspect', '-f', format, ...ids.split('\n'));
  return Object.fromEntries(
    lines.split('\n').map((line) => {
      const [name = '', ...facts] = line.slice(1).split(' ');
      return [name.split('.')[0], facts.join(' ')];
    }),
  );
}

function linesOf({ changes }: ConvergencePlan): string[] {
  return changes.map(({ action, kind, name, host, reason }) => {
    const on = host === undefined ? '' : ` on ${host}`;
    return `${action} ${kind} ${name}${on}: ${reason}`;
  });
}

describe('up --converge', () => {
  test('changes a swarm into another topology after a kill and a failure, and touches nothing else', async ({
    lab,
  }) => {
    const folder = await makeFolder();
    const file = join(folder, 'house.json');
    const describeAs = async (topology: Topology) =>
      await writeFile(file, JSON.stringify(topology));
    await describeAs(before);
    const up = await lab.run('up', file);
    expect(up.exitCode, up.stderr).toBe(0);

    const provider = createNetnsProvider({ store: lab.store });
    const run = runner(provider);
    const image = await run('counter', 'docker', 'inspect', '-f', '{{.Config.Image}}', 'shop');
    const start = async (machine: string, name: string, network: string) =>
      await run(
        machine,
        'docker',
        'run',
        '-d',
        '--name',
        name,
        '--network',
        network,
        image,
        'sleep',
        'infinity',
      );
    await run('cellar', 'docker', 'network', 'create', 'my-own');
    await start('cellar', 'visitor', 'stairs');
    await start('counter', 'guest', 'pipes');
    const service = async (name: string) =>
      await run('counter', 'docker', 'service', 'inspect', '-f', '{{.ID}}', name);
    const was = {
      counter: await readContainers(run, 'counter'),
      cellar: await readContainers(run, 'cellar'),
      clock: await service('clock'),
      bell: await service('bell'),
      document: await readFile(join(lab.store, 'topology.json'), 'utf8'),
      traces: await lab.traces(),
    };
    const expectAllUntouched = async () => {
      expect(await readContainers(run, 'counter')).toEqual(was.counter);
      expect(await readContainers(run, 'cellar')).toEqual(was.cellar);
      expect(await readFile(join(lab.store, 'topology.json'), 'utf8')).toBe(was.document);
      await expectUntouched(lab, was.traces);
    };

    await describeAs(after);
    expectRefusal(
      await lab.run('up', file),
      /^bring up house in .*: machines exist \(attic, cellar, counter\)\. .*with --converge \(--dry-run shows the changes\)/,
    );
    for (const option of ['--dry-run', '--converge']) {
      expectRefusal(
        await lab.run('up', file, option),
        'converge house: cannot replace network pipes, which has container guest on counter that are not from this topology. Remove or disconnect these first.',
      );
    }
    await expectAllUntouched();
    await run('counter', 'docker', 'rm', '-f', 'guest');
    delete was.counter['guest'];
    was.traces = await lab.traces();

    const dry = await lab.run('up', file, '--dry-run', '--json');
    expect(dry.exitCode, dry.stderr).toBe(0);
    const planned = JSON.parse(dry.stdout) as ConvergencePlan;
    expect(planned).toMatchObject({ topology: 'house', isUp: true });
    expect(linesOf(planned)).toEqual(plan);
    await expectAllUntouched();

    // Killed, as by the kernel, while it creates a machine.
    await describeAs(failing);
    const killed = lab.start('up', file, '--converge', '--verbose');
    await killed.says('machine roof: boot');
    await lab.kill(killed);
    const refused = await lab.run('up', file);
    expect(refused.stderr).toContain('machines exist (');
    expect(await readContainers(run, 'cellar')).toMatchObject({
      stock: was.cellar['stock'],
      visitor: was.cellar['visitor'],
      clock: was.cellar['clock'],
    });

    const failed = await lab.run('up', file, '--converge');
    expect(failed).toMatchObject({ exitCode: 1, stdout: '' });
    expect(failed.stderr).toMatch(
      /^overlay-e2e: roof: docker start dish: its program is not in the image/m,
    );
    expect(failed.stderr).toMatch(/^next: npx overlay-e2e up \S+ --converge +continues$/m);
    const rest = JSON.parse(
      (await lab.run('up', file, '--dry-run', '--json')).stdout,
    ) as ConvergencePlan;
    expect(linesOf(rest)).toEqual([
      'change container dish on roof: it does not run',
      'add config sound: it is new in the topology',
      'add service bell: it is new in the topology',
    ]);

    await describeAs(after);
    const done = await lab.run('up', file, '--converge');
    expect(done.exitCode, done.stderr).toBe(0);
    expect(done.stdout).toMatch(/^house has converged after [\d.]+ s: /);
    expect(done.stdout).toMatch(
      /^ {2}replace +container +dish on roof +its description has changed$/m,
    );

    const now = {
      counter: await readContainers(run, 'counter'),
      cellar: await readContainers(run, 'cellar'),
    };
    expect(Object.keys(now.counter).toSorted()).toEqual(Object.keys(was.counter).toSorted());
    expect(Object.keys(now.cellar).toSorted()).toEqual(Object.keys(was.cellar).toSorted());
    const same = (machine: 'counter' | 'cellar') =>
      Object.keys(was[machine]).filter((name) => now[machine][name] === was[machine][name]);
    expect(same('cellar').toSorted()).toEqual(['clock', 'stock', 'visitor']);
    expect(same('counter')).toEqual(['clock']);
    expect(await run('cellar', 'docker', 'network', 'ls', '-q', '-f', 'name=my-own')).not.toBe('');
    expect(await service('clock')).toBe(was.clock);
    expect(await service('bell')).not.toBe(was.bell);
    const [task = ''] = (await run('counter', 'docker', 'ps', '-q', '-f', 'name=bell')).split('\n');
    expect(await run('counter', 'docker', 'exec', task, 'cat', '/sound')).toBe('dong');
    const color = await run('counter', 'docker', 'exec', 'shop', 'sh', '-c', 'echo $COLOR');
    expect(color).toBe('blue');
    const range = '{{(index .IPAM.Config 0).Subnet}}';
    expect(await run('counter', 'docker', 'network', 'inspect', '-f', range, 'pipes')).toBe(
      '10.22.0.0/24',
    );
    const nodes = await run(
      'counter',
      'docker',
      'node',
      'ls',
      '--format',
      '{{.Hostname}} {{.Status}}',
    );
    expect(nodes.split('\n').toSorted()).toEqual(['cellar Ready', 'counter Ready', 'roof Ready']);
    const labels = '{{json .Spec.Labels}}';
    expect(await run('counter', 'docker', 'node', 'inspect', '-f', labels, 'cellar')).toBe(
      '{"floor":"-1"}',
    );
    expect((await provider.list()).map(({ name }) => name)).toEqual(['cellar', 'counter', 'roof']);
    await run('roof', 'docker', 'exec', 'dish', 'ping', '-c', '1', 'stock');

    // The document is that of a new bring-up, and the cluster matches it.
    const reused = await lab.run('up', file, '--reuse', '--json');
    expect(reused.exitCode, reused.stderr).toBe(0);
    const document = JSON.parse(reused.stdout) as TopologyDocument;
    expect(Object.keys(document)).toEqual(Object.keys(JSON.parse(was.document) as object));
    expect(document.workload.every(({ address }) => address !== '')).toBe(true);
    const again = await lab.run('up', file, '--converge');
    expect(again.stdout).toMatch(/^house is up to date: /);
    const check = await lab.run('check');
    expect(check.exitCode, check.stdout).toBe(0);
    expect(await lab.run('down')).toMatchObject({ stdout: 'Removed: cellar, counter, roof.\n' });
    await expectNothingLeft(lab);
  });

  test('changes a key-value cluster as on the page, and refuses impossible changes', async ({
    lab,
  }) => {
    const folder = await makeFolder();
    const file = join(folder, 'my-cluster.ts');
    const describeAs = async (text: string) => await writeFile(file, text);
    await describeAs(example);
    const planOf = async (...args: string[]) =>
      await lab.runIn(folder, 'up', './my-cluster.ts', '--dry-run', ...args);
    const empty = await lab.traces();
    const absent = await planOf();
    expect(absent.stdout, absent.stderr).toMatch(
      /^shop is not up; 6 changes:\n {2}add +machine +store /,
    );
    expect(await lab.traces()).toEqual(empty);
    // Brings it up, because nothing is up.
    const up = await lab.runIn(folder, 'up', './my-cluster.ts', '--converge', '--json');
    expect(up.exitCode, up.stderr).toBe(0);
    const { carEndpoint = '', ...old } = JSON.parse(up.stdout) as TopologyDocument;

    const [machine = '', ...container] = [...section.matchAll(/^\+(.*\n)/gm)].map(
      ([, one]) => one ?? '',
    );
    const [, shown = ''] = /```text\n(.*?)```/s.exec(section) ?? [];
    const wider = example
      .replace(/(?<=floor=-1.*\n)/, machine)
      .replace(/(?=\} satisfies)/, container.join(''));
    await describeAs(wider);
    // Runs: npx overlay-e2e up ./my-cluster.ts --dry-run
    const dry = await planOf();
    expect(dry.stdout, dry.stderr).toBe(shown);
    // Runs: npx overlay-e2e up ./my-cluster.ts --converge
    const done = await lab.runIn(folder, 'up', './my-cluster.ts', '--converge', '--json');
    expect(done.exitCode, done.stderr).toBe(0);
    const grown = JSON.parse(done.stdout) as TopologyDocument;
    expect(grown.machines.map(({ name }) => name)).toEqual(['store', 'counter', 'cellar', 'attic']);
    expect(grown.workload.slice(0, 2)).toEqual(old.workload);
    const run = runner(createNetnsProvider({ store: lab.store }));
    const expectWorking = async () => {
      await run('attic', 'docker', 'exec', 'lamp', 'ping', '-c', '1', 'stock');
      expect(await fetchText(carEndpoint)).toMatchObject({ status: 200, body: firstCar });
      const check = await lab.run('check');
      expect(check.exitCode, check.stdout).toBe(0);
    };
    await expectWorking();

    const refusals: [string, string, RegExp][] = [
      [
        "container: 'stock'",
        "container: 'store-room'",
        /^converge shop: container shop is older than machine attic, whose engine would not forget it, container stock is older .*\. Remove attic/,
      ],
      [
        "advertise: 'eth1:2376'",
        "advertise: 'eth0:2376'",
        /^converge shop: its cluster is etcd store eth1:2376, not etcd store eth0:2376\. Tear it down/,
      ],
      [
        "engineBundle: '20.10.24'",
        "engineBundle: '20.10.5'",
        /^converge shop: machine counter: it was created with engine 20\.10\.24, but the topology requires 20\.10\.5\. Remove counter/,
      ],
      ["name: 'shop',", "name: 'shed',", /^converge shed: the topology shop is up in /],
    ];
    const traces = await lab.traces();
    for (const [from, to, line] of refusals) {
      expect(wider).toContain(from);
      await describeAs(wider.replace(from, to));
      expectRefusal(await lab.runIn(folder, 'up', './my-cluster.ts', '--converge'), line);
    }
    await expectUntouched(lab, traces);
    expect(await readFile(join(lab.store, 'topology.json'), 'utf8')).toBe(done.stdout);

    // Everything is on this network.
    await describeAs(wider.replace('10.20.0.0/24', '10.30.0.0/24'));
    const moved = await lab.runIn(folder, 'up', './my-cluster.ts', '--converge', '--json');
    expect(moved.exitCode, moved.stderr).toBe(0);
    const { workload } = JSON.parse(moved.stdout) as TopologyDocument;
    expect(workload.map(({ address }) => address.replace(/\d+$/, ''))).toEqual(
      Array.from({ length: 3 }, () => '10.30.0.'),
    );
    await expectWorking();
    await describeAs(example.replace('10.20.0.0/24', '10.30.0.0/24'));
    const smaller = await lab.runIn(folder, 'up', './my-cluster.ts', '--converge');
    expect(smaller.exitCode, smaller.stderr).toBe(0);
    const check = await lab.run('check');
    expect(check.exitCode, check.stdout).toBe(0);
    expect(await lab.run('down')).toMatchObject({ stdout: 'Removed: cellar, counter, store.\n' });
    await expectNothingLeft(lab);
  });
});
