import { lineOf } from '../../../../../helpers/check/model/command.ts';
import { describe, expect, test } from 'vitest';
import { containerPaths } from '../../../../../helpers/check/compare/paths/container-paths.ts';
import { kernelForwarding } from '../../../../../helpers/check/compare/kernel/forwarding.ts';
import { kernelNeighbors } from '../../../../../helpers/check/compare/kernel/neighbors.ts';
import { diagnoseDifferences } from '../../../../../helpers/check/diagnose/diagnose.ts';
import type { Observation } from '../../../../../helpers/check/model/observation.ts';
import type { KernelView, NeighborTable } from '../../../../../helpers/check/model/kernel-view.ts';
import type { Sighting, Trial } from '../../../../../helpers/check/model/paths-view.ts';
import { withValue, valueOf } from '../../../../../helpers/check/model/observed.ts';
import { type Changes, trial, twoHosts } from './two-hosts.ts';

// As recorded from 16 hosts of the built-in provider, whose 32 containers were all probed at once.
const before: NeighborTable = {
  capacity: 1024,
  refused: 58_336,
  boot: 'ac353924-c83f-4d14-9903-4e7f221cf987',
  isSettable: false,
};
const full: Tables = { before, after: { ...before, refused: 67_769 } };
const quiet: Tables = { before, after: before };

type Tables = KernelView['neighborTable'];

/** The tutorial's cluster, in which tomcat-app's question is lost, and these are the kernels' tables. */
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

/** A kernel of its own, that its host may set. */
function ownTables(boot: string): Tables {
  const mine = { ...before, boot, isSettable: true };
  return { before: mine, after: { ...mine, refused: 67_769 } };
}

/** A question that was last seen there. */
function lostAt(...path: Sighting['hop'][]): Trial {
  const outer = { outerSource: undefined, outerDestination: undefined, vni: undefined };
  return {
    ...trial(false),
    sightings: path.map((hop) => ({ hop, host: 'master-host', ...outer })),
  };
}

describe('A kernel that has no room for more neighbours', () => {
  test('is what is wrong with packets that were never seen to leave', () => {
    const [first, ...more] = diagnose(full);
    expect(more).toEqual([]);
    expect(first).toMatchObject({
      code: 'neighbour-table-full',
      where: { host: 'master-host' },
      evidence: [{ kind: 'neighbours-refused', observed: { refused: 9433, room: 1024 } }],
      consequences: [{ kind: 'container-path-dead' }],
    });
    expect(lineOf(first?.remedy?.commands ?? [])).toMatch(/^sysctl -w .*gc_thresh3=65536$/);
  });

  test('is told once for hosts that share it, and is mended where they cannot', () => {
    const [first, ...more] = diagnose(full, full);
    expect(more).toEqual([]);
    expect(first?.where).toEqual({});
    expect(first?.summary).toContain('the shared neighbor table of master-host, worker-host');
    expect(first?.evidence).toHaveLength(2);
    expect(first?.remedy).toMatchObject({ host: undefined });
    expect(first?.remedy?.effect).toContain('the machine under these hosts');
  });

  test('is told for each host that has one of its own, and is mended there', () => {
    const found = diagnose(ownTables('one'), ownTables('other'));
    expect(found.map(({ code, where, remedy }) => [code, where.host, remedy?.host])).toEqual([
      ['neighbour-table-full', 'master-host', 'master-host'],
      ['neighbour-table-full', 'worker-host', 'worker-host'],
    ]);
  });

  test('is one too where an answer does not leave, or a host finds no other', () => {
    const arrived = { ...trial(false), arrived: true };
    expect(codesOf(undefined, full, { trials: [arrived] })).toEqual(['neighbour-table-full']);
    const unsent = lostAt('sender', 'sender-vxlan');
    expect(codesOf(full, undefined, { trials: [unsent] })).toEqual(['neighbour-table-full']);
  });

  test('is no defect where nothing was lost for want of it', () => {
    expect(codesOf(full, full, { trials: [trial(true)] })).toEqual([]);
  });

  test('says nothing of packets that were lost between the hosts', () => {
    const away = lostAt('sender', 'sender-vxlan', 'sender-nic');
    expect(codesOf(full, undefined, { trials: [away] })).toEqual(['unexplained']);
    const both = [away, { ...trial(false), protocol: 'udp' as const }];
    expect(diagnose(full, undefined, { trials: both })).toMatchObject([
      { code: 'neighbour-table-full', consequences: [] },
      { code: 'unexplained', evidence: [{ kind: 'container-path-dead' }] },
    ]);
  });

  test('has had room if its count of what it dropped has not grown', () => {
    expect(codesOf(quiet)).toEqual(['unexplained']);
    expect(codesOf({ before, after: undefined })).toEqual(['unexplained']);
  });

  test('asks no engine for a container, so that its missing entries say nothing', () => {
    const nothing = { forwarding: [], neighbours: [] };
    const missing = ['forwarding-entry-missing', 'neighbour-missing'];
    expect(codesOf(quiet, undefined, { master: nothing, later: nothing })).toEqual(missing);
    expect(codesOf(full, undefined, { master: nothing, later: nothing })).toEqual([
      'neighbour-table-full',
    ]);
  });
});
