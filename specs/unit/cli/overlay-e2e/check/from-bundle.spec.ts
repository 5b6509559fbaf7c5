import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { diagnoseObservation } from '../../../../../helpers/check/audit.ts';
import { bundleOf } from '../../../../../helpers/check/support-bundle.ts';
import { runCommand } from '../../../../../helpers/process/run-command.ts';
import { renderVerdict } from '../../../../../helpers/report/text/render-report.ts';
import { observations } from '../../../check/bundle/fixtures.ts';

const root = join(import.meta.dirname, '../../../../..');
const script = join(root, 'helpers/cli/overlay-e2e.sh');

async function overlay(
  cwd: string,
  args: readonly string[],
  exitCode: number,
  more: Readonly<Record<string, string>> = {},
) {
  // Neither a state directory nor a Docker context is used.
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: '/nonexistent',
    MACHINE_STORAGE_PATH: '/nonexistent',
    DOCKER_HOST: 'tcp://192.0.2.1:1',
    ...more,
  };
  return await runCommand(script, args, { cwd, env, expect: [exitCode] });
}

const observation = observations['two hosts with a missing forwarding entry'];
if (observation === undefined) throw new Error('no such observation');
const report = {
  startedAt: '2026-11-27T18:30:00.000Z',
  milliseconds: 2140,
  ...diagnoseObservation(observation),
};

async function folderWithBundle(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'from-bundle-'));
  onTestFinished(async () => await rm(folder, { recursive: true }));
  await writeFile(join(folder, 'broken.json.gz'), await bundleOf(report));
  return folder;
}

test('check --from prints the findings of the check, and the page of the first one', async () => {
  const folder = await folderWithBundle();
  const { stdout, stderr } = await overlay(folder, ['check', '--from', 'broken.json.gz'], 1);
  const placeOfPage = (page: string) => join(root, page);
  const text = renderVerdict(report, { color: false, width: 80, placeOfPage });
  expect(stdout.startsWith(`${text}\n`), stdout).toBe(true);
  const [first] = report.diagnoses;
  expect(stdout.slice(text.length)).toBe(
    `\n\nnext: ${root}/docs/diagnoses/${first?.code}.md   explains the finding\n`,
  );
  expect(stderr).toBe(
    'overlay-e2e: diagnoses broken.json.gz, recorded at 2026-11-27T18:30:00.000Z by overlay-e2e 0.1.0\n',
  );
});

test('check --from writes a bundle without names, which only its owner can read', async () => {
  const folder = await folderWithBundle();
  const words = ['--bundle', 'anonymous.json.gz', '--redact', 'names'];
  // Runs: npx overlay-e2e check --from broken.json.gz --bundle anonymous.json.gz --redact names
  await overlay(folder, ['check', '--from', 'broken.json.gz', ...words], 1);
  const file = join(folder, 'anonymous.json.gz');
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  const text = gunzipSync(await readFile(file)).toString();
  expect(text).toContain('"redacted":["names"]');
  expect(text).not.toContain('"tomcat-app"');
  const again = await overlay(folder, ['check', '--from', 'anonymous.json.gz'], 1);
  for (const { code } of report.diagnoses) expect(again.stdout).toContain(code);
});

test('check --bundle does not replace a file', async () => {
  const folder = await folderWithBundle();
  const before = await readFile(join(folder, 'broken.json.gz'));
  const words = ['check', '--from', 'broken.json.gz', '--bundle', 'broken.json.gz'];
  const { stderr, stdout } = await overlay(folder, words, 2);
  expect(stderr).toBe(
    'overlay-e2e: --bundle broken.json.gz: the file exists already. Choose another name, or delete the file.\n',
  );
  expect(stdout).toBe('');
  expect(await readFile(join(folder, 'broken.json.gz'))).toEqual(before);
});

test('A bundle is a document of one line that zcat prints', async () => {
  const folder = await folderWithBundle();
  // Runs: zcat broken.json.gz
  const { stdout } = await runCommand('zcat', ['broken.json.gz'], { cwd: folder });
  expect(stdout.split('\n')).toHaveLength(1);
  expect(JSON.parse(stdout)).toMatchObject({
    version: 1,
    findings: report.diagnoses.map(({ code }) => ({ code })),
  });
});

test('draw --from draws the topology and the paths', async () => {
  const folder = await folderWithBundle();
  // Runs: npx overlay-e2e draw --from broken.json.gz
  const words = ['draw', '--from', 'broken.json.gz', '--into', 'pictures'];
  await overlay(folder, words, 0);
  expect((await readdir(join(folder, 'pictures'))).toSorted()).toEqual([
    'index.html',
    'paths.svg',
    'topology.svg',
  ]);
});

test.each(['check', 'draw'])('%s --from reports a damaged file in one line', async (command) => {
  const folder = await folderWithBundle();
  const file = join(folder, 'broken.json.gz');
  await writeFile(file, (await readFile(file)).subarray(0, 100));
  const { stderr, stdout } = await overlay(folder, [command, '--from', 'broken.json.gz'], 2);
  expect(stderr).toBe(
    'overlay-e2e: broken.json.gz: the file is incomplete. Copy the file again in binary mode.\n',
  );
  expect(stdout).toBe('');
});

test('check --issue prints a finding as an issue, and nothing else', async () => {
  const folder = await folderWithBundle();
  const [code = ''] = report.diagnoses.map((one) => one.code);
  const words = ['check', '--from', 'broken.json.gz', '--issue'];
  const { stdout } = await overlay(folder, [...words, code], 1);
  expect(stdout).toMatch(/^<!-- .* -->\n\n### Description\n/);
  expect(stdout).toContain(code);
  const other = await overlay(folder, [...words, 'ipvs-missing'], 2);
  expect(other.stdout).toBe('');
  expect(other.stderr).toContain('--issue ipvs-missing: the check has no finding with this code. ');
  const wrong = await overlay(folder, [...words, 'ipvs-mising'], 2);
  expect(wrong.stderr).toContain('Did you mean "ipvs-missing"?');
});

test('In GitHub Actions, check writes a summary, annotations, SARIF and a pure document', async () => {
  const folder = await folderWithBundle();
  // Runs: npx overlay-e2e check --from broken.json.gz --sarif check.sarif
  const words = ['check', '--from', 'broken.json.gz', '--json', '--sarif', 'check.sarif'];
  const { stdout, stderr } = await overlay(folder, words, 1, {
    GITHUB_ACTIONS: 'true',
    GITHUB_STEP_SUMMARY: join(folder, 'summary.md'),
  });
  expect(JSON.parse(stdout)).toMatchObject({ verdict: 'defects' });
  const codes = report.diagnoses.map(({ code }) => code);
  const annotated = [...stderr.matchAll(/^::error title=([\w-]+)%3A /gm)].map(([, code]) => code);
  expect(annotated).toEqual(codes);
  const summary = await readFile(join(folder, 'summary.md'), 'utf8');
  for (const code of codes) expect(summary).toContain(`| \`${code}\` |`);
  expect(JSON.parse(await readFile(join(folder, 'check.sarif'), 'utf8'))).toMatchObject({
    version: '2.1.0',
    runs: [{ results: codes.map((ruleId) => ({ ruleId })) }],
  });
});

test('Outside of GitHub Actions, check writes neither a summary nor annotations', async () => {
  const folder = await folderWithBundle();
  const { stderr } = await overlay(folder, ['check', '--from', 'broken.json.gz'], 1);
  expect(stderr).not.toContain('::');
  expect(await readdir(folder)).toEqual(['broken.json.gz']);
});
