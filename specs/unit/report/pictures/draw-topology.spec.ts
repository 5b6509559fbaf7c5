import { describe, expect, test } from 'vitest';
import type { Diagnosis } from '../../../../helpers/check/model/diagnosis.ts';
import type { Observation } from '../../../../helpers/check/model/observation.ts';
import { withValue, withoutValue, valueOf } from '../../../../helpers/check/model/observed.ts';
import type { AuditReport } from '../../../../helpers/check/model/report.ts';
import { drawTopology } from '../../../../helpers/report/pictures/draw-topology.ts';
import { mapCluster } from '../../../../helpers/report/text/cluster-map.ts';
import { chooseShown } from '../../../../helpers/report/pictures/topology/shown.ts';
import { boxesOf, textsOf, type TextBox } from '../read-svg.ts';
import { containerOf } from '../../check/healthy-cluster.ts';
import { engineOf, hostOf, observationOf, overlayOf } from '../../check/observation.ts';
import { brokenReport, reportOf, secret } from '../findings/reports.ts';

describe('The picture of a topology', () => {
  test('shows hosts, engines, key-value store, networks, container addresses and published ports', async () => {
    const texts = textsOf(await drawTopology(brokenReport()));
    const network = ['my-net', '10.0.9.0/24', 'VXLAN 256'];
    const store = ['Consul 1.8.7', '192.168.99.100:8500', 'key-value store · 2 members'];
    const master = ['master-host', '192.168.99.101', 'engine 20.10.5+dfsg1'];
    const application = ['tomcat-app', '10.0.9.2', 'port 8080 → 8080/tcp · docam/tomcat'];
    const worker = ['worker-host', '192.168.99.102', 'mysqlserver', '10.0.9.3'];
    const title = '✖ topology seed: 1 finding';
    for (const part of [network, store, master, application, worker, ['outside', ':8080', title]]) {
      expect(texts).toEqual(expect.arrayContaining(part));
    }
  });

  test('has a point on the network for each endpoint, and a line to the store for each member', async () => {
    const svg = await drawTopology(twoNetworks());
    expect(svg.match(/class="node end"/g)).toHaveLength(3 + 2);
    // From one point to the next, and from the network’s name to the first.
    expect(svg.match(/class="edge network"/g)).toHaveLength(3 + 2);
    const joins = (await drawTopology(reportOf(3))).match(/class="edge joins"/g);
    expect(joins).toHaveLength(3 + 1 + 3);
    expect(textsOf(svg)).toContain('leader · engine 20.10.5');
    expect(textsOf(svg)).toContain('worker · engine 20.10.5');
    // The engines’ own endpoints, one of which is on a network that is not shown.
    expect(textsOf(svg)).toContain('10.20.0.9');
    expect(textsOf(svg).join()).not.toContain('10.0.0.2');
  });

  test('shows the services of a swarm at their networks, with virtual addresses and running tasks', async () => {
    const report = twoNetworks();
    const swarm = {
      ...valueOf(report.observation.swarm),
      services: [service('s1', 'web', '10.20.0.5'), service('s2', 'api')],
      tasks: [
        task('s1', 'running', '10.20.0.6'),
        task('s1', 'running', '10.20.0.7'),
        task('s1', 'failed', '10.20.0.8'),
        task('s2', 'running', '10.20.0.4'),
      ],
    };
    const texts = textsOf(
      await drawTopology(withParts(report, { swarm: withValue(swarm as never) })),
    );
    expect(texts).toEqual(
      expect.arrayContaining(['web', '10.20.0.5, 2 tasks', 'api', 'dnsrr, 1 task']),
    );
    // Nothing is on the other network.
    expect(texts.filter((text) => text === 'web')).toHaveLength(1);
  });

  test('has the finding at its host, and a numbered arrow to the unreached endpoint', async () => {
    const svg = await drawTopology(brokenReport());
    expect(textsOf(svg)).toEqual(
      expect.arrayContaining([
        '✖ 1 forwarding-entry-missing',
        'network my-net, mysqlserver',
        '✖ 1',
      ]),
    );
    // To the sign, and from it.
    expect(svg.match(/class="edge hop"/g)).toHaveLength(2);
    const healthy = await drawTopology(reportOf(2));
    expect(healthy).not.toContain('class="edge hop"');
    expect(textsOf(healthy).join()).not.toContain('✖');
  });

  test('has an arrow from a finding’s host to its peer or to the store, with 16 hosts too', async () => {
    const svg = await drawTopology(
      withDiagnoses(reportOf(16), [
        { code: 'vxlan-blocked', where: { host: 'host-03', peer: 'host-09' } },
        { code: 'keystore-unreachable', where: { host: 'host-05' } },
        { code: 'forwarding-entry-missing', where: { host: 'host-12', container: 'web-4' } },
        { code: 'container-down', where: { host: 'host-02', container: 'gone' } },
        { code: 'mtu-black-hole', where: { peer: 'host-07' } },
        { code: 'application-error', where: {} },
      ]),
    );
    const boxes = boxesOf(svg).texts;
    const yOf = (text: string) => boxes.find((one) => one.text === text)?.y ?? Number.NaN;
    const isAt = (text: string, other: string) => Math.abs(yOf(text) - yOf(other)) < 22;
    expect(textsOf(svg)).toContain('✖ 1 vxlan-blocked: host-03 → host-09');
    expect(isAt('✖ 1', 'host-09')).toBe(true);
    expect(isAt('✖ 2', 'Consul 1.8.7')).toBe(true);
    expect(isAt('✖ 3', 'web-4')).toBe(true);
    expect(svg.match(/class="edge hop"/g)).toHaveLength(6);
    const isIn = (text: string, host: number) =>
      yOf(text) > yOf(`host-0${host}`) && yOf(text) < yOf(`host-0${host + 1}`);
    expect(isIn('✖ 4 container-down', 2)).toBe(true);
    // Shown at the target if it is unreachable from everywhere.
    expect(isIn('✖ 5 mtu-black-hole', 7)).toBe(true);
    expect(yOf('✖ 6 application-error')).toBeLessThan(yOf('Consul 1.8.7'));
  });

  test('states the common engine version of many hosts once, and only exceptions at hosts', async () => {
    const report = reportOf(16);
    const [first, ...others] = report.observation.hosts;
    const engine = first === undefined ? undefined : valueOf(first.engine);
    if (first === undefined || engine === undefined) throw new Error('no host');
    const older = { ...engine, info: { ...engine.info, serverVersion: '20.10.24' } };
    const hosts = [{ ...first, engine: withValue(older) }, ...others];
    const texts = textsOf(await drawTopology(withParts(report, { hosts })));
    expect(texts).toContain('16 hosts, engine 20.10.5+dfsg1 unless noted');
    expect(texts.filter((text) => text.startsWith('engine '))).toEqual(['engine 20.10.24']);
  });

  test('gives the reason if an engine or a key-value store does not answer', async () => {
    const report = reportOf(2);
    const [first, ...others] = report.observation.hosts;
    if (first === undefined) throw new Error('no host');
    const silent = { ...first, engine: withoutValue('master-host: connection refused') };
    const hosts = [silent, ...others];
    const store = withoutValue('no answer after 15 s');
    const svg = await drawTopology(withParts(report, { hosts, store }));
    expect(textsOf(svg)).toContain('engine: connection refused');
    expect(textsOf(svg)).toContain('no answer after 15 s');
  });

  test('no text overlaps another or leaves its box, with the longest names in the widest font', async () => {
    const pictures = [brokenReport(), reportOf(16), twoNetworks(), longNames()];
    for (const report of pictures) {
      const { width, height, texts, boxes } = boxesOf(await drawTopology(report));
      expect(texts.length).toBeGreaterThan(10);
      expect(boxes.length).toBeGreaterThan(3);
      const strays = texts.filter(
        (text) => !isWithin(text, { left: 0, top: 0, right: width, bottom: height }),
      );
      const cut = texts.filter((text) =>
        boxes.some((box) => isWithin(middleOf(text), box) && !isWithin(text, box)),
      );
      const meeting = texts.flatMap((one, index) =>
        texts.slice(index + 1).filter((other) => meet(one, other)),
      );
      expect({ strays, cut, meeting }).toEqual({ strays: [], cut: [], meeting: [] });
    }
  });

  test('is no wider than a phone, and loads nothing', async () => {
    for (const report of [brokenReport(), reportOf(16)]) {
      const svg = await drawTopology(report);
      expect(Number(/ width="([\d.]+)"/.exec(svg)?.[1])).toBeLessThanOrEqual(530);
      expect(svg.replace('xmlns="http://www.w3.org/2000/svg"', '')).not.toMatch(
        /https?:|href|url\(|<script|<image|<foreignObject|@import/i,
      );
    }
  });

  test('uses only its own colors, which adapt to light and dark paper', async () => {
    const svg = await drawTopology(brokenReport());
    const told = [...svg.matchAll(/ (fill|stroke)="(?!none)([^"]+)"/g)];
    const rules = told.map(([, what, color]) => `.overlay-picture [${what}="${color}"] {`);
    expect(rules.filter((rule) => !svg.includes(rule))).toEqual([]);
    expect(svg).toMatch(/prefers-color-scheme: dark\) \{ \.overlay-picture \{ --paper: #14181f/);
  });

  test('names with markup or Graphviz syntax stay text, and secrets stay out', async () => {
    const hostile = [
      '<script>alert("&")</script>',
      ']]> <!-- <BR/> &amp; -->',
      '\\N \\G "quoted" \'too\'',
      'x>]; evil [label="a"',
    ];
    const report = { ...twoNetworks(hostile), target: hostile[0] ?? '' };
    const svg = await drawTopology(report);
    expect(svg).not.toContain('<script');
    const texts = textsOf(svg).join('').replaceAll(' ', '');
    for (const name of hostile) expect(texts).toContain(name.replaceAll(' ', ''));
    expect(await drawTopology(brokenReport())).not.toContain(secret);
    const broken = await drawTopology(twoNetworks(['a\nb\u0000\u0007', '\ud800']));
    expect(textsOf(broken).join(' ')).toContain('a b\ufffd\ufffd');
  });
});

type Box = Pick<TextBox, 'left' | 'right' | 'top' | 'bottom'>;

function isWithin(one: Box, other: Box): boolean {
  return (
    one.left >= other.left &&
    one.right <= other.right &&
    one.top >= other.top &&
    one.bottom <= other.bottom
  );
}

function meet(one: Box, other: Box): boolean {
  return (
    one.left < other.right &&
    other.left < one.right &&
    one.top < other.bottom &&
    other.top < one.bottom
  );
}

function middleOf({ left, right, top, bottom }: Box): Box {
  const [x, y] = [(left + right) / 2, (top + bottom) / 2];
  return { left: x, right: x, top: y, bottom: y };
}

/** Returns a swarm of two hosts and two networks, one of which has one endpoint, with the given names. */
function twoNetworks([
  host = 'node-1',
  container = 'shop',
  image = 'shop/shop:1',
  network = 'back',
]: readonly string[] = []): AuditReport {
  const front = overlayOf('front', 'f'.repeat(64), '10.20.0.0/24');
  const back = overlayOf(network, 'b'.repeat(64), '10.21.0.0/24');
  const ends = {
    front: endOf(front.id, '10.20.0.2'),
    back: endOf(back.id, '10.21.0.2'),
  };
  const raw = { Containers: { 'lb-front': { IPv4Address: '10.20.0.9/24' } } };
  const mesh = { Containers: { 'ingress-sbox': { IPv4Address: '10.0.0.2/24' } } };
  const engine = (id: string, isManager: boolean) => ({
    info: { swarm: 'active', swarmNode: { id, isManager } } as never,
    networks: [
      { ...front, raw },
      overlayOf('ingress', 'i'.repeat(64), '10.0.0.0/24', { ingress: true, raw: mesh }),
      back,
    ],
  });
  return {
    ...reportOf(2),
    observation: observationOf({
      kind: 'swarm-mode',
      hosts: [
        hostOf(host, {
          address: '192.168.99.100',
          engine: engineOf({
            ...engine('one', true),
            containers: [containerOf(container, { image, networks: ends })],
          }),
        }),
        hostOf('node-2', {
          address: '192.168.99.101',
          engine: engineOf({
            ...engine('two', false),
            containers: [
              containerOf('stock', { networks: { front: endOf(front.id, '10.20.0.3') } }),
              containerOf('lonely', { networks: {}, status: 'exited' }),
            ],
          }),
        }),
      ],
      swarm: withValue({
        manager: host,
        nodes: [{ id: 'one', manager: { leader: true } } as never],
        networks: [],
        endpoints: [],
      }),
    }),
  };
}

function endOf(networkId: string, address: string) {
  const mac = '02:42:0a:00:09:02';
  return { networkId, endpointId: 'e', address, prefixLength: 24, gateway: '', mac, aliases: [] };
}

/**
 * Returns a report with names of the maximum length that Docker and the kernel allow, and with every kind of finding at
 * one host.
 */
function longNames(): AuditReport {
  const container = `WWWW_${'W'.repeat(120)}`;
  const report = twoNetworks([
    `MMMMMMMMMM.${'M'.repeat(50)}`,
    container,
    `registry.example.com:5000/${'q'.repeat(90)}:${'9'.repeat(60)}`,
    'W'.repeat(60),
  ]);
  return withDiagnoses(report, [
    {
      code: 'forwarding-entry-missing',
      where: { host: 'node-2', container, network: 'W'.repeat(60) },
    },
    { code: 'application-not-from-database', where: {} },
    {
      code: 'published-port-unreachable',
      where: { host: 'node-2', peer: `MMMMMMMMMM.${'M'.repeat(50)}` },
    },
  ]);
}

function withParts(report: AuditReport, parts: Partial<Observation>): AuditReport {
  return { ...report, observation: { ...report.observation, ...parts } };
}

function withDiagnoses(
  report: AuditReport,
  diagnoses: readonly Pick<Diagnosis, 'code' | 'where' | 'action'>[],
): AuditReport {
  const rest = { summary: 'something is wrong', evidence: [], consequences: [] };
  return {
    ...report,
    verdict: 'defects',
    diagnoses: diagnoses.map((one) => ({ ...one, ...rest })),
  };
}

test('A finding between two hosts is shown at the host with the fix', () => {
  const fix = { kind: 'fix', commands: [], effect: 'x' } as const;
  const { observation, diagnoses } = withDiagnoses(reportOf(2), [
    {
      code: 'vxlan-blocked',
      where: { host: 'master-host', peer: 'worker-host' },
      action: { ...fix, host: 'worker-host' },
    },
    {
      code: 'gossip-blocked',
      where: { host: 'master-host', peer: 'worker-host' },
      action: { ...fix, host: 'elsewhere' },
    },
  ]);
  const { hosts } = chooseShown(mapCluster(observation), diagnoses);
  expect(hosts.map(({ host, notes }) => [host.name, notes.map(({ number }) => number)])).toEqual([
    ['master-host', [2]],
    ['worker-host', [1]],
  ]);
});

const FRONT = 'f'.repeat(64);

function task(serviceId: string, state: string, address: string) {
  return { serviceId, state, addressesById: { [FRONT]: address } } as never;
}

function service(id: string, name: string, address?: string) {
  return { id, name, virtualAddresses: address === undefined ? {} : { [FRONT]: address } } as never;
}
