import { lineOf } from '../../../../../helpers/check/model/command.ts';
import { describe, expect, test } from 'vitest';
import { containerPaths } from '../../../../../helpers/check/compare/paths/container-paths.ts';
import { kernelForwarding } from '../../../../../helpers/check/compare/kernel/forwarding.ts';
import { kernelNeighbors } from '../../../../../helpers/check/compare/kernel/neighbors.ts';
import { diagnoseDifferences } from '../../../../../helpers/check/diagnose/diagnose.ts';
import type { Observation } from '../../../../../helpers/check/model/observation.ts';
import type {
  KernelView,
  NeighborTable,
} from '../../../../../helpers/check/model/views/kernel-view.ts';
import type { Sighting, Trial } from '../../../../../helpers/check/model/views/paths-view.ts';
import { withValue, valueOf } from '../../../../../helpers/check/model/observed.ts';
import { type Changes, trial, twoHosts } from './two-hosts.ts';

// Recorded from 16 hosts of the built-in provider, whose 32 containers were all probed at the same time.
const before: NeighborTable = {
  capacity: 1024,
  refused: 58_336,
  boot: 'ac353924-c83f-4d14-9903-4e7f221cf987',
  isSettable: false,
};
const full: Tables = { before, after: { ...before, refused: 67_769 } };
const quiet: Tables = { before, after: before };

type Tables = KernelView['neighborTable'];

/** The tutorial's cluster with a lost request of tomcat-app and these kernel tables. */
function observe(master: Tables, worker?: Tables, changes: Changes = {}): Observation {
  const trials = changes.trials ?? [trial(false)];
  const observation = twoHosts({ trials, ...changes, kernel: { neighborTable: master } });
  const hosts = observation.hosts.map((host) => {
    const kernel = valueOf(host.kernel);
    return host.name === 'worker-host' && kernel !== undefined
      ? { ...host, kernel: withValue({ ...kernel, neighborTable: worker }) }
      : host;
  });
  return { ...observation, hosts };
}

function diagnose(...args: Parameters<typeof observe>) {
  const observation = observe(...args);
  const differences = [kernelForwarding, kernelNeighbors, containerPaths].flatMap((check) => {
    const outcome = check.compare(observation);
    return outcome.state === 'failed' ? outcome.differences : [];
  });
  return diagnoseDifferences(differences, observation);
}

function codesOf(...args: Parameters<typeof observe>): string[] {
  return diagnose(...args).map(({ code }) => code);
}

/** The table of a separate kernel, whose host may change its capacity. */
function ownTables(boot: string): Tables {
  const mine = { ...before, boot, isSettable: true };
  return { before: mine, after: { ...mine, refused: 67_769 } };
}

/** A request that was last seen at this hop. */
function lostAt(...path: Sighting['hop'][]): Trial {
  const outer = { outerSource: undefined, outerDestination: undefined, vni: undefined };
  return {
    ...trial(false),
    sightings: path.map((hop) => ({ hop, host: 'master-host', ...outer })),
  };
}

describe('A kernel with a full neighbor table', () => {
  test('is the cause of packets that were never seen to leave', () => {
    const [first, ...more] = diagnose(full);
    expect(more).toEqual([]);
    expect(first).toMatchObject({
      code: 'neighbour-table-full',
      where: { host: 'master-host' },
      evidence: [{ kind: 'neighbours-refused', observed: { refused: 9433, room: 1024 } }],
      consequences: [{ kind: 'container-path-dead' }],
    });
    expect(lineOf(first?.action?.commands ?? [])).toMatch(/^sysctl -w .*gc_thresh3=65536$/);
  });

  test('is one finding for hosts that share the table, with a fix where it can be changed', () => {
    const [first, ...more] = diagnose(full, full);
    expect(more).toEqual([]);
    expect(first?.where).toEqual({});
    expect(first?.summary).toContain('the shared neighbor table of master-host, worker-host');
    expect(first?.evidence).toHaveLength(2);
    expect(first?.action).toMatchObject({ host: undefined });
    expect(first?.action?.effect).toContain('the machine under these hosts');
  });

  test('is a finding and a fix for each host with its own table', () => {
    const found = diagnose(ownTables('one'), ownTables('other'));
    expect(found.map(({ code, where, action }) => [code, where.host, action?.host])).toEqual([
      ['neighbour-table-full', 'master-host', 'master-host'],
      ['neighbour-table-full', 'worker-host', 'worker-host'],
    ]);
  });

  test('is also a finding where a reply does not leave, or a host finds no other host', () => {
    const arrived = { ...trial(false), arrived: true };
    expect(codesOf(undefined, full, { trials: [arrived] })).toEqual(['neighbour-table-full']);
    const unsent = lostAt('sender', 'sender-vxlan');
    expect(codesOf(full, undefined, { trials: [unsent] })).toEqual(['neighbour-table-full']);
  });

  test('has no finding if no packet was lost because of it', () => {
    expect(codesOf(full, full, { trials: [trial(true)] })).toEqual([]);
  });

  test('does not explain packets that were lost between the hosts', () => {
    const away = lostAt('sender', 'sender-vxlan', 'sender-nic');
    expect(codesOf(full, undefined, { trials: [away] })).toEqual(['unexplained']);
    const both = [away, { ...trial(false), protocol: 'udp' as const }];
    expect(diagnose(full, undefined, { trials: both })).toMatchObject([
      { code: 'neighbour-table-full', consequences: [] },
      { code: 'unexplained', evidence: [{ kind: 'container-path-dead' }] },
    ]);
  });

  test('was not full if its counter of dropped packets has not increased', () => {
    expect(codesOf(quiet)).toEqual(['unexplained']);
    expect(codesOf({ before, after: undefined })).toEqual(['unexplained']);
  });

  test('queries no engine for a container, so that its missing entries prove nothing', () => {
    const nothing = { forwarding: [], neighbours: [] };
    const missing = ['forwarding-entry-missing', 'neighbour-missing'];
    expect(codesOf(quiet, undefined, { master: nothing, later: nothing })).toEqual(missing);
    expect(codesOf(full, undefined, { master: nothing, later: nothing })).toEqual([
      'neighbour-table-full',
    ]);
  });
});
