import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import { diagnoseObservation } from '../../../../helpers/check/audit.ts';
import { bundleLimits } from '../../../../helpers/check/bundle/bundle-file.ts';
import type { AuditReport } from '../../../../helpers/check/model/report.ts';
import type { Observation } from '../../../../helpers/check/model/observation.ts';
import { bundleOf, diagnoseBundle } from '../../../../helpers/check/support-bundle.ts';
import { toJson } from '../../../../helpers/report/findings/to-json.ts';
import { toJunit } from '../../../../helpers/report/findings/to-junit.ts';
import { drawTopology } from '../../../../helpers/report/pictures/draw-topology.ts';
import { renderVerdict } from '../../../../helpers/report/text/render-report.ts';
import { twoHosts } from '../compare/kernel/two-hosts.ts';
import { keyValueCluster } from '../healthy-cluster.ts';
import { observations } from './fixtures.ts';

function reportOn(observation: Observation): AuditReport {
  return {
    startedAt: '2026-11-27T18:30:00.000Z',
    milliseconds: 2140,
    ...diagnoseObservation(observation),
  };
}

/** Writes bytes into a new file, and returns its path. */
async function fileOf(bytes: Uint8Array): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'bundle-'));
  onTestFinished(async () => await rm(folder, { recursive: true }));
  const file = join(folder, 'broken.json.gz');
  await writeFile(file, bytes);
  return file;
}

async function allOutputs(report: AuditReport) {
  return {
    text: renderVerdict(report, { color: false, width: 100 }),
    json: JSON.stringify(toJson(report)),
    junit: toJunit(report),
    svg: await drawTopology(report),
  };
}

/** Returns the bytes of a bundle whose document was changed. */
async function changed(change: (document: Record<string, unknown>) => unknown) {
  const bytes = gunzipSync(await bundleOf(reportOn(keyValueCluster())));
  const document = JSON.parse(bytes.toString()) as Record<string, unknown>;
  return gzipSync(JSON.stringify(change(document)));
}

test.each(Object.entries(observations))(
  'A bundle of %s gives the same output as the check itself',
  async (_name, observation) => {
    const report = reportOn(observation);
    const read = await diagnoseBundle(await fileOf(await bundleOf(report)));
    expect(await allOutputs(read.report)).toEqual(await allOutputs(report));
    expect(read.hasSameFindings).toBe(true);
  },
);

test('A bundle of a bundle has the same content', async () => {
  const first = await bundleOf(reportOn(twoHosts()));
  const { report } = await diagnoseBundle(await fileOf(first));
  expect(gunzipSync(await bundleOf(report)).equals(gunzipSync(first))).toBe(true);
});

test('A bundle with other findings than this version says so', async () => {
  const file = await fileOf(
    await changed((document) => ({
      ...document,
      findings: [{ code: 'of-the-future', where: {}, summary: 'a finding' }],
    })),
  );
  expect((await diagnoseBundle(file)).hasSameFindings).toBe(false);
});

describe('A file from anyone', () => {
  test.each([
    ['an empty file', () => Buffer.alloc(0), 'the file is incomplete'],
    ['a text', () => Buffer.from('{}'), 'the file is not compressed with gzip, or damaged'],
    [
      'half of a bundle',
      async () => (await changed((all) => all)).subarray(0, 500),
      'the file is incomplete',
    ],
    [
      'a damaged bundle',
      async () => (await changed((all) => all)).fill(7, 300, 340),
      'the file is not compressed with gzip, or damaged',
    ],
    ['something else with gzip', () => gzipSync('[]'), 'the file is not a support bundle'],
    ['no JSON', () => gzipSync('{"format"'), 'the file is not a support bundle'],
    [
      'a bundle of a later format',
      async () => await changed((all) => ({ ...all, version: 2, observation: 'other' })),
      'its format has version 2, and this overlay-e2e reads version 1',
    ],
    [
      'a bundle with a wrong value',
      async () => await changed((all) => ({ ...all, observation: { hosts: [{ name: 3 }] } })),
      'invalid value of observation.target',
    ],
    [
      'a bundle with too many hosts',
      async () =>
        await changed((all) => {
          const observation = all['observation'] as Observation;
          const hosts = Array.from({ length: 1001 }, () => observation.hosts[0]);
          return { ...all, observation: { ...observation, hosts } };
        }),
      'invalid value of observation.hosts',
    ],
    [
      'a small file with a huge content',
      () => gzipSync(Buffer.alloc(bundleLimits.document + 1, ' ')),
      'its content is larger than 64 MB',
    ],
    ['a huge file', () => Buffer.alloc(bundleLimits.compressed + 1), 'it is larger than 16 MB'],
  ])('%s is refused in one line', async (_what, make, observed) => {
    const file = await fileOf(await make());
    const error = await diagnoseBundle(file).catch((one: unknown) => one);
    expect(error).toMatchObject({ code: 'file-unreadable', observed });
    expect((error as Error).message).not.toContain('\n');
  });

  test('a missing file is refused with the reason', async () => {
    await expect(diagnoseBundle('/nowhere/at/all.json.gz')).rejects.toMatchObject({
      code: 'file-unreadable',
      observed: expect.stringMatching(/no such file/i) as string,
    });
  });

  test.for([
    { undo: ['rm', '-rf', '/'] },
    { undo: ['nft', 'flush', 'ruleset'] },
    { undo: ['iptables', '-t', 'filter', '-F'] },
    { undo: ['iptables', '-t', 'filter', '-P', 'INPUT', 'DROP'] },
  ])('cannot bring the command $undo', async ({ undo }) => {
    const file = await fileOf(gzipSync(JSON.stringify(withUndo(await plain(), undo))));
    await expect(diagnoseBundle(file)).rejects.toMatchObject({ code: 'file-unreadable' });
  });

  test('brings a command that deletes its firewall rule', async () => {
    const undo = ['iptables', '-t', 'filter', '-D', 'INPUT', '-j', 'DROP'];
    const file = await fileOf(gzipSync(JSON.stringify(withUndo(await plain(), undo))));
    await expect(diagnoseBundle(file)).resolves.toBeDefined();
  });

  test('prints none of its control characters', async () => {
    const esc = '\u001B]0;owned\u0007';
    const file = await fileOf(
      await changed(
        (all) =>
          JSON.parse(
            JSON.stringify(all)
              .replaceAll('master-host', `master${JSON.stringify(esc).slice(1, -1)}`)
              .replaceAll('topology seed', JSON.stringify(esc).slice(1, -1)),
          ) as unknown,
      ),
    );
    const { text } = await allOutputs((await diagnoseBundle(file)).report);
    expect(text).toContain(String.raw`\x1b]0;owned`);
    expect(text).not.toContain('\u001B');
  });
});

describe('An unusual cluster', () => {
  test('has a bundle that can be read, with any files of containers', async () => {
    const odd = ['-x', '$(reboot)', '\u0000', '日本', 'a'.repeat(5000)];
    const { hosts, ...rest } = twoHosts();
    const observation = {
      ...rest,
      hosts: hosts.map((host) => {
        if (!('value' in host.kernel)) return host;
        const containers = host.kernel.value.containers.map((one) => ({
          ...one,
          nameServers: odd,
          hostsFile: odd.map((name) => ({ name, address: name })),
        }));
        return { ...host, kernel: { value: { ...host.kernel.value, containers } } };
      }),
    };
    const read = await diagnoseBundle(await fileOf(await bundleOf(reportOn(observation))));
    expect(read.report.observation.hosts[0]?.kernel).toMatchObject({
      value: { containers: [{ nameServers: odd, hostsFile: [{ name: '-x' }, {}, {}, {}, {}] }] },
    });
  });

  test('with a value that no bundle may have is an error in one line that names the field', async () => {
    const observation = {
      ...twoHosts(),
      hosts: twoHosts().hosts.map((one) => ({ ...one, address: 'a b' })),
    };
    await expect(bundleOf(reportOn(observation))).rejects.toMatchObject({
      code: 'answer-invalid',
      observed: 'invalid value of hosts.0.address',
    });
  });
});

async function plain(): Promise<{ observation: Observation }> {
  const bytes = gunzipSync(await bundleOf(reportOn(twoHosts())));
  return JSON.parse(bytes.toString()) as { observation: Observation };
}

/** Adds a firewall rule with this command to the first host. */
function withUndo(document: { observation: Observation }, undo: readonly string[]) {
  const [first, ...others] = document.observation.hosts;
  if (first === undefined || !('value' in first.kernel)) throw new Error('no kernel');
  const rule = {
    text: '-A INPUT -j DROP',
    tool: 'iptables-nft',
    table: 'filter',
    chain: 'INPUT',
    hooks: ['input'],
    verdict: 'drop',
    concerns: ['vxlan'],
    isExplicit: true,
    undo,
  };
  const kernel = { value: { ...first.kernel.value, firewall: { value: [rule] } } };
  const hosts = [{ ...first, kernel }, ...others];
  return { ...document, observation: { ...document.observation, hosts } };
}
