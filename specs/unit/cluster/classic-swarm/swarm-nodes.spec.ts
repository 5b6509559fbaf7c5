import { describe, expect, test } from 'vitest';
import { readSwarmNodes } from '../../../../helpers/cluster/classic-swarm/swarm-nodes.ts';

/** The output of `docker info` of classic Swarm 1.2.9, through docker-machine's own manager. */
const RECORDED = `
 Role: primary
 Strategy: spread
 Filters: health, port, containerslots, dependency, affinity, constraint, whitelist
 Nodes: 2
  master-host: 192.168.121.101:2376
   └ ID: UOW4:JCGI:5UWH:KR7L:3UT4:BP45:H2JT:2TTB:RJBL:4OPZ:73N2:CS57|192.168.121.101:2376
   └ Status: Healthy
   └ Containers: 2 (2 Running, 0 Paused, 0 Stopped)
   └ Reserved CPUs: 0 / 2
   └ Reserved Memory: 0 B / 24.72 GiB
   └ Labels: kernelversion=6.18.44-fc-v669, operatingsystem=Debian GNU/Linux 13 (trixie) (containerized), ostype=linux, provider=generic, storagedriver=overlay2
   └ UpdatedAt: 2026-11-23T21:18:58Z
   └ ServerVersion: 20.10.5+dfsg1
  worker-host: 192.168.121.102:2376
   └ ID: CLTB:WF5Q:2SBE:74QH:AGXO:D44T:UPIX:JLHF:7JKG:XJTW:FSVG:QPB6|192.168.121.102:2376
   └ Status: Healthy
   └ Containers: 1 (1 Running, 0 Paused, 0 Stopped)
   └ Reserved CPUs: 0 / 2
   └ Reserved Memory: 0 B / 24.72 GiB
   └ Labels: kernelversion=6.18.44-fc-v669, operatingsystem=Debian GNU/Linux 13 (trixie) (containerized), ostype=linux, provider=generic, storagedriver=overlay2
   └ UpdatedAt: 2026-11-23T21:19:05Z
   └ ServerVersion: 20.10.5+dfsg1
`;

/** Returns the lines as the API has them: the client indents each by one more space. */
function linesOf(text: string): [string, string][] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const at = line.indexOf(': ');
      return [line.slice(1, at), line.slice(at + 2)];
    });
}

/** Returns the first node alone, with a changed line. */
function oneNode(pattern: RegExp, replacement: string): [string, string][] {
  const [head = ''] = RECORDED.replace('Nodes: 2', 'Nodes: 1').split(/^ {2}worker-host/m);
  expect(head).toMatch(pattern);
  return linesOf(head.replace(pattern, replacement));
}

test('reads the nodes from the docker info of a real Swarm', () => {
  const labels = {
    kernelversion: '6.18.44-fc-v669',
    operatingsystem: 'Debian GNU/Linux 13 (trixie) (containerized)',
    ostype: 'linux',
    provider: 'generic',
    storagedriver: 'overlay2',
  };
  const common = { state: 'Healthy', error: undefined, engineVersion: '20.10.5+dfsg1', labels };
  expect(readSwarmNodes(linesOf(RECORDED))).toEqual([
    {
      ...common,
      name: 'master-host',
      address: '192.168.121.101:2376',
      engineId: 'UOW4:JCGI:5UWH:KR7L:3UT4:BP45:H2JT:2TTB:RJBL:4OPZ:73N2:CS57',
      containers: 2,
    },
    {
      ...common,
      name: 'worker-host',
      address: '192.168.121.102:2376',
      engineId: 'CLTB:WF5Q:2SBE:74QH:AGXO:D44T:UPIX:JLHF:7JKG:XJTW:FSVG:QPB6',
      containers: 1,
    },
  ]);
});

test('a node that the manager has not reached yet has no name and no ID', () => {
  const lines: [string, string][] = [
    ['Nodes', '1'],
    [' (unknown)', '192.168.121.102:2376'],
    ['  └ ID', ''],
    ['  └ Status', 'Pending'],
    ['  └ Containers', '0'],
    ['  └ Reserved CPUs', '0 / 0'],
    ['  └ Reserved Memory', '0 B / 0 B'],
    ['  └ Labels', ''],
    ['  └ Error', 'Cannot connect to the Docker daemon at tcp://192.168.121.102:2376.'],
    ['  └ UpdatedAt', '2026-11-23T21:19:05Z'],
    ['  └ ServerVersion', ''],
  ];
  expect(readSwarmNodes(lines)).toEqual([
    {
      name: undefined,
      address: '192.168.121.102:2376',
      state: 'Pending',
      error: 'Cannot connect to the Docker daemon at tcp://192.168.121.102:2376.',
      engineId: undefined,
      engineVersion: undefined,
      containers: 0,
      labels: {},
    },
  ]);
});

test('a failed node has its error, and a number of containers without their states', () => {
  const lines = oneNode(
    /Status: Healthy\n.*Containers: .*$/m,
    'Status: Unhealthy\n   └ Containers: 2',
  );
  expect(readSwarmNodes(lines)).toMatchObject([{ state: 'Unhealthy', containers: 2 }]);
});

test('reads no error from "(none)", as older releases write it', () => {
  const lines = oneNode(/(.*)UpdatedAt/, '$1Error: (none)\n$1UpdatedAt');
  expect(readSwarmNodes(lines)).toMatchObject([{ error: undefined }]);
});

test('a label value may contain commas', () => {
  const lines = oneNode(/ostype=linux/, 'place=Bonn, Rhine, floor=2');
  expect(readSwarmNodes(lines)[0]?.labels).toMatchObject({ place: 'Bonn, Rhine', floor: '2' });
});

test('a Swarm without engines has no nodes', () => {
  expect(readSwarmNodes([['Nodes', '0']])).toEqual([]);
});

describe('rejects invalid data', () => {
  test.each<[what: string, lines: [string, string][], says: RegExp]>([
    ['an engine that is not a manager', [], /it reports no nodes and lists 0. Check that/],
    ['fewer nodes than the reported number', [['Nodes', '2']], /it reports 2 nodes and lists 0/],
    [
      'an unknown state',
      oneNode(/Status: Healthy/, 'Status: Sleepy'),
      /of master-host .*Invalid option/,
    ],
    [
      'an invalid number of containers',
      oneNode(/Containers: 2/, 'Containers: many'),
      /not a number/,
    ],
  ])('%s', (_what, lines, says) => {
    expect(() => readSwarmNodes(lines)).toThrow(says);
    expect(() => readSwarmNodes(lines)).not.toThrow(/\n/);
  });
});
