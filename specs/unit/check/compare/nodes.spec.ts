import { describe, expect, test } from 'vitest';
import { diagnoseObservation } from '../../../../helpers/check/audit.ts';
import type { HostView, Observation } from '../../../../helpers/check/model/observation.ts';
import { withValue } from '../../../../helpers/check/model/observed.ts';
import { containerOf, NETWORK_ID, overlay } from '../healthy-cluster.ts';
import type { EngineView } from '../../../../helpers/check/model/views/engine-view.ts';
import type { Validity } from '../../../../helpers/check/model/views/host-state.ts';
import type { KernelView } from '../../../../helpers/check/model/views/kernel-view.ts';
import { readClock } from '../../../../helpers/check/observe/engines.ts';
import { readValidity } from '../../../../helpers/check/observe/kernel/host-state.ts';
import { readRefusal, usesSocket } from '../../../../helpers/check/observe/refused-clients.ts';
import { engineOf, hostOf, kernelOf, observationOf, overlayOf } from '../observation.ts';

/** A certificate with the dates and the name of a node's. Its key is gone. */
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIICEjCCAbmgAwIBAgIUNX67uIku5mb1Ey4xkAx1YNwhf+kwCgYIKoZIzj0EAwIw
XzEiMCAGA1UECgwZamJmaHMycnh3bHhubWt2enc1aDJqcnRibDEVMBMGA1UECwwM
c3dhcm0td29ya2VyMSIwIAYDVQQDDBlrOHJ4dGF4cmh6ZHcyajQ4ajFkb3R1ajBh
MB4XDTI2MTIwMTE3MTMwMFoXDTI3MDMwMTE4MTMwMFowXzEiMCAGA1UECgwZamJm
aHMycnh3bHhubWt2enc1aDJqcnRibDEVMBMGA1UECwwMc3dhcm0td29ya2VyMSIw
IAYDVQQDDBlrOHJ4dGF4cmh6ZHcyajQ4ajFkb3R1ajBhMFkwEwYHKoZIzj0CAQYI
KoZIzj0DAQcDQgAE0IV8/0RMI/atcskTqccNnkncwGqXCjdnt3uQBPmqU6To6dKY
4aFRAsiIHjHr+dXRn2buw5+w0X8Bfueme8qs/qNTMFEwHQYDVR0OBBYEFGt6Dj8V
bCi3ucGC4RqWIFmQmT+UMB8GA1UdIwQYMBaAFGt6Dj8VbCi3ucGC4RqWIFmQmT+U
MA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDRwAwRAIgSMh4AKCpXL6t2fUT
mAbABzyyPzEtkoXRP3qfC/QbynwCIAqev65Cb4roJGWQhLLVj3ihT2BBFsZCQy18
/4icctfm
-----END CERTIFICATE-----
`;

/** The time that engineOf reports. */
const NOW = Date.parse('2026-11-27T18:30:00Z');
const DAY = 24 * 3_600_000;

/** Returns a swarm whose hosts have these data, in the order of their names. */
function swarmOf(
  engines: readonly (Partial<EngineView> & { readonly kernel?: Partial<KernelView> })[],
  parts: Partial<Observation> = {},
): Observation {
  return observationOf({
    kind: 'swarm-mode',
    isComplete: false,
    hosts: engines.map(({ kernel, info, ...engine }, index): HostView => {
      const address = `192.168.99.10${index}`;
      const swarmNode = { id: `node${index}`, address, isManager: index === 0, managers: [] };
      const about = { swarm: 'active' as const, swarmNode, id: `ID ${index}`, ...info };
      return hostOf(`host-${index}`, {
        address,
        engine: engineOf({ info: about, ...engine }),
        ...(kernel === undefined ? {} : { kernel: kernelOf(kernel) }),
      });
    }),
    ...parts,
  });
}

function diagnose(observation: Observation) {
  return diagnoseObservation(observation).diagnoses.map(({ code, where }) => [code, where.host]);
}

function stateOf(observation: Observation, name: string) {
  return diagnoseObservation(observation).comparisons.find((one) => one.name === name);
}

const clocks = (...seconds: number[]) =>
  swarmOf(seconds.map((one) => ({ clock: { ahead: one * 1000, within: 500 } })));

const valid = (from: number, until: number): Validity => ({
  from: new Date(NOW + from * DAY).toISOString(),
  until: new Date(NOW + until * DAY).toISOString(),
});

const withCertificate = (certificate: Validity | undefined, info?: EngineView['info']) =>
  swarmOf([{ kernel: hostWith(certificate), ...(info === undefined ? {} : { info }) }]);

const command = (observation: Observation) =>
  diagnoseObservation(observation).diagnoses[0]?.action?.commands.join(' ');

const notesOf = (observation: Observation) => diagnoseObservation(observation).notes;

const stateWith = (notInserted: number) => ({
  forwards: true,
  docker: undefined,
  configuresLiveRestore: false,
  connections: { count: 1, capacity: 1000, dropped: 0, notInserted },
});

/** Returns the notes of a check after which the kernel has not inserted that many connections; 5 before. */
const notesAfter = (notInserted: number) =>
  notesOf(swarmOf([{ kernel: { host: { before: stateWith(5), after: stateWith(notInserted) } } }]));

describe('The clocks of hosts', () => {
  test('may differ by a minute', () => {
    expect(diagnose(clocks(0, 60, -0.5))).toEqual([]);
    expect(stateOf(clocks(0, 0.25), 'clocks')).toMatchObject({
      state: 'passed',
      evidence: ['host-0: 0.0 s', 'host-1: 0.3 s'],
    });
  });

  test.for([
    [[0, 0, 600], 'host-2', '10 min ahead of'],
    [[-7200, 0, 1], 'host-0', '2 hours behind'],
    // The clock of the check decides between two.
    [[90, 0], 'host-0', '90 s ahead of'],
    // It is not the right one if all hosts agree.
    [[1_000_000, 1_000_000, 1_000_090], 'host-2', '90 s ahead of'],
    [[0, 8_640_000], 'host-1', '100 days ahead of'],
  ] as const)('of %j: one of them is wrong', ([seconds, host, text]) => {
    expect(diagnose(clocks(...seconds))).toEqual([['clock-skew', host]]);
    const [found] = diagnoseObservation(clocks(...seconds)).diagnoses;
    expect(found?.summary).toContain(`${host} is ${text} the clocks`);
  });

  test('are not compared more exactly than a slow answer allows', () => {
    const slow = swarmOf([
      { clock: { ahead: 0, within: 10 } },
      { clock: { ahead: 65_000, within: 6000 } },
    ]);
    expect(diagnose(slow)).toEqual([]);
  });

  test('cannot be compared with one host', () => {
    expect(stateOf(clocks(600), 'clocks')).toMatchObject({ state: 'skipped' });
  });

  test('that are wrong explain certificates that the host refuses', () => {
    const until = new Date(NOW - DAY).toISOString();
    const certificate = { from: new Date(NOW - 90 * DAY).toISOString(), until };
    const observation = swarmOf([
      { clock: { ahead: 0, within: 1 } },
      { clock: { ahead: 100 * DAY, within: 1 }, kernel: hostWith(certificate) },
    ]);
    expect(diagnose(observation)).toEqual([['clock-skew', 'host-1']]);
  });

  test('are read between the request and the answer', () => {
    const second = '2026-11-27T18:30:01.5Z';
    expect(readClock(second, NOW, NOW + 1000)).toEqual({ ahead: 1000, within: 500 });
    expect(readClock('', NOW, NOW)).toBeUndefined();
  });
});

function hostWith(certificate: Validity | undefined): Partial<KernelView> {
  const state = { forwards: true, connections: undefined, docker: undefined, certificate };
  return { host: { before: { ...state, configuresLiveRestore: false }, after: undefined } };
}

describe('The certificate of a node', () => {
  test.for([
    [valid(-1, 89), []],
    // It may renew at 80 % of its time.
    [valid(-72, 18), []],
    [valid(-81, 9), []],
    [valid(-82, 8), [['certificate-expired', 'host-0']]],
    [valid(-100, -10), [['certificate-expired', 'host-0']]],
    [undefined, []],
  ] as const)('%j', ([certificate, findings]) => {
    expect(diagnose(withCertificate(certificate))).toEqual(findings);
  });

  test('has a fix for each state', () => {
    expect(command(withCertificate(valid(-82, 8)))).toBe('systemctl,restart,docker');
    expect(command(withCertificate(valid(-100, -10)))).toContain('swarm,ca,--rotate');
  });

  test('is read from the file of an engine, and from nothing else', () => {
    expect(readValidity(CERTIFICATE)).toEqual({
      from: '2026-12-01T17:13:00.000Z',
      until: '2027-03-01T18:13:00.000Z',
    });
    expect(readValidity('')).toBeUndefined();
    expect(readValidity('-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----')).toBe(
      undefined,
    );
  });
});

describe('A container with the socket of the engine', () => {
  test('whose requests the engine refuses is a client that is too old', () => {
    const refusedClients = [
      { container: 'proxy', image: 'traefik:v3.5', version: '1.24', oldest: '1.44' },
    ];
    expect(diagnoseObservation(swarmOf([{ refusedClients }])).diagnoses).toMatchObject([
      { code: 'client-too-old', where: { host: 'host-0', container: 'proxy' } },
    ]);
  });

  test('that was not read is never called supported', () => {
    const unread = swarmOf([{ refusedClients: undefined }]);
    expect(stateOf(unread, 'clients-supported')).toMatchObject({
      state: 'skipped',
      because: 'failed',
    });
  });

  test('is recognized by its mount and by the refusal in its log', () => {
    const raw = { Mounts: [{ Source: '/var/run/docker.sock' }] };
    expect(usesSocket({ running: true, raw })).toBe(true);
    expect(usesSocket({ running: false, raw })).toBe(false);
    expect(usesSocket({ running: true, raw: { Mounts: [{ Source: '/srv' }] } })).toBe(false);
    // The log of Traefik in traefik #12253.
    const log =
      'ERR Failed to retrieve information of the docker client and server host error="Error response from daemon: client version 1.24 is too old. Minimum supported API version is 1.44, please upgrade your client to a newer version" providerName=docker';
    expect(readRefusal(log)).toEqual({ version: '1.24', oldest: '1.44' });
    expect(readRefusal('client version is too old')).toBeUndefined();
  });
});

describe('An address that no interface of the host has', () => {
  const link = {
    name: 'eth1',
    kind: '',
    mac: '02:00:00:00:00:01',
    mtu: 1500,
    isUp: true,
    received: { packets: 0, dropped: 0, errors: 0 },
    sent: { packets: 0, dropped: 0, errors: 0 },
  };
  const trial = {
    from: 'host-0',
    to: 'host-1',
    transport: 'tcp' as const,
    seen: undefined,
    letIn: true,
    error: undefined,
  };
  const observed = (address: string, arrived?: boolean) =>
    swarmOf(
      [
        { kernel: { links: [{ ...link, addresses: ['192.168.99.100/24'] }] } },
        { kernel: { links: [{ ...link, addresses: [address] }] } },
      ],
      {
        paths: withValue({
          hostTrials: [],
          gossip: arrived === undefined ? [] : [{ ...trial, arrived, answered: arrived }],
          managers: [],
          tunnels: [],
          trials: [],
          isolation: [],
          checksumErrors: [],
          pairs: { all: 0, probed: 0 },
          untried: [],
        }),
      },
    );

  test('is a finding if no packet arrives there', () => {
    expect(diagnose(observed('192.168.99.55/24', false))).toContainEqual([
      'advertised-address-absent',
      'host-1',
    ]);
  });

  test('is none if the host has it, if a router translates it, or if no packet was sent', () => {
    for (const observation of [
      observed('192.168.99.101/24', false),
      observed('192.168.99.55/24', true),
      observed('192.168.99.55/24'),
    ]) {
      expect(diagnose(observation).flat()).not.toContain('advertised-address-absent');
    }
  });
});

describe('IPv6', () => {
  test('of a network or of a node makes the result incomplete', () => {
    const raw = { EnableIPv6: true };
    const networks = [overlayOf('web-net', 'abcdef', '10.0.9.0/24', { raw })];
    const report = diagnoseObservation(swarmOf([{ networks }]));
    expect(report.comparisons.find(({ name }) => name === 'ipv4-only')).toMatchObject({
      state: 'skipped',
      because: 'failed',
      reason: 'IPv6 is not examined: network web-net',
    });
    expect(report.verdict).toBe('incomplete');
    const swarmNode = { id: 'node', address: 'fd00::1', isManager: true, managers: [] };
    const { info } = engineOf({ info: { swarm: 'active', swarmNode } }).value;
    expect(stateOf(swarmOf([{ info }]), 'ipv4-only')).toMatchObject({
      reason: 'IPv6 is not examined: addresses of host-0 in the cluster',
    });
  });

  test('that no network uses does not matter', () => {
    const networks = [overlayOf('web-net', 'abcdef', '10.0.9.0/24')];
    expect(stateOf(swarmOf([{ networks }]), 'ipv4-only')).toMatchObject({ state: 'passed' });
  });
});

describe('A note', () => {
  const link = {
    kind: '',
    mac: '02:00:00:00:00:01',
    isUp: true,
    addresses: [],
    received: { packets: 0, dropped: 0, errors: 0 },
    sent: { packets: 0, dropped: 0, errors: 0 },
  };
  const route = {
    destination: 'default',
    device: 'eth0',
    gateway: undefined,
    source: undefined,
    mtu: undefined,
  };
  test.for([
    [1450, 1],
    [1500, 0],
    [9000, 0],
  ] as const)(
    'names a gateway bridge with larger packets than a card of %d bytes',
    ([mtu, count]) => {
      const kernel = {
        links: [
          { ...link, name: 'docker_gwbridge', mtu: 1500 },
          { ...link, name: 'eth0', mtu },
        ],
        routes: [{ ...route, isKernel: false, table: 'main' }],
      };
      const notes = notesOf(
        swarmOf([{ networks: [overlay], containers: [containerOf('web')], kernel }]),
      );
      expect(notes.filter((note) => note.includes('1500 bytes to other networks'))).toHaveLength(
        count,
      );
    },
  );

  test('names connections that the kernel could not insert, if there are many', () => {
    expect(notesAfter(14)).toEqual([]);
    expect(notesAfter(45)).toEqual([expect.stringContaining('host-0 dropped 40 packets')]);
  });

  test.for([
    ['20.10.24+dfsg1', true],
    ['25.0.18', true],
    ['25.0.19', false],
    ['26.1.5+dfsg1', true],
    ['28.5.2', true],
    ['29.8.1', true],
    ['29.8.2', false],
    ['30.0.0', false],
    ['library-import', false],
  ] as const)(
    'names an advisory about encrypted networks: %s %s',
    ([serverVersion, isAffected]) => {
      const { info } = engineOf({ info: { serverVersion } }).value;
      const encrypted = { ...overlay, options: { encrypted: '' } };
      const engine = (name: string, address: string) => ({
        info,
        networks: [encrypted],
        containers: [containerOf(name, { address, id: NETWORK_ID.replace(/^b/, name.slice(-1)) })],
      });
      const notes = notesOf(swarmOf([engine('web-a', '10.0.9.2'), engine('web-b', '10.0.9.3')]));
      expect(notes.some((note) => note.includes('CVE-2026-92542'))).toBe(isAffected);
    },
  );
});
