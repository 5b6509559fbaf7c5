import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { type Files, readFiles } from '../../helpers/report/page/pack-files.ts';

const root = join(import.meta.dirname, '../..');

export interface SmallStep {
  readonly name: string;
  readonly status: string;
  /** Absent if allure-vitest creates the step for an attachment. */
  readonly steps?: readonly SmallStep[];
  readonly attachments: readonly { readonly name: string; readonly source: string }[];
}

export interface SmallResult extends SmallStep {
  readonly fullName: string;
  readonly statusDetails?: { readonly message?: string };
  readonly labels: readonly { readonly name: string; readonly value: string }[];
}

/** The results of a small run. */
export interface SmallRun {
  readonly vitestCode: number | undefined;
  readonly exitCode: number | undefined;
  readonly output: string;
  readonly lastLine: string;
  readonly results: readonly SmallResult[];
  /** The HTML of the report. */
  readonly report: string;
  /** The files that the report shows, by name. */
  readonly data: Files;
  /** The text of the overview in the report. */
  readonly overview: string;
  /** The number of runs in the history. */
  readonly history: number;
  /** The output of `overlay-e2e report` after the run, if requested. */
  readonly rebuilt: string;
  result(name: string): SmallResult;
  attachment(source: string): string;
}

/**
 * Runs a real Vitest with the project's reporters and set-up file on given files, then ends the run.
 *
 * @param files contents by name; `demo.spec.ts` imports from `helpers` with `@helpers/…`
 * @param options.before the files of earlier runs, for the history: each run has only its own files
 */
export async function runSmall(
  files: Readonly<Record<string, string>>,
  options: SmallRunOptions = {},
): Promise<SmallRun> {
  const folder = mkdtempSync(join(tmpdir(), 'overlay-e2e-small-run-'));
  try {
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    const env = { OVERLAY_E2E_REPORTS: join(folder, 'reports'), CI: '1', NO_COLOR: '1' };
    const as = { cwd: folder, env, reject: false, all: true } as const;
    for (const earlier of options.before ?? []) await runOnce(earlier, options, as);
    const { run, end } = await runOnce(files, options, as);
    const overlay = join(root, 'helpers/cli/overlay-e2e.sh');
    const rebuilt = options.rebuild ? (await execa('sh', [overlay, 'report'], as)).all : '';
    return { ...describeRun(join(folder, 'reports'), run, end), rebuilt };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface SmallRunOptions {
  readonly config?: string;
  /** The list of allowed skips, as source text. Default: all skips are allowed. */
  readonly allowedSkips?: string;
  readonly args?: readonly string[];
  readonly rebuild?: boolean;
  readonly before?: readonly Readonly<Record<string, string>>[];
}

async function runOnce(
  files: Readonly<Record<string, string>>,
  { config = '', allowedSkips = 'undefined', args = [] }: SmallRunOptions,
  as: { cwd: string; env: Record<string, string>; reject: false; all: true },
) {
  rmSync(join(as.cwd, 'specs'), { recursive: true, force: true });
  rmSync(join(as.cwd, 'reports/counts.json'), { force: true });
  const all = {
    'package.json': '{"name":"small-run","type":"module"}',
    'vitest.config.ts': configOf(config, allowedSkips),
    ...files,
  };
  for (const [name, content] of Object.entries(all)) {
    mkdirSync(dirname(join(as.cwd, name)), { recursive: true });
    writeFileSync(join(as.cwd, name), content.replaceAll('@helpers', join(root, 'helpers')));
  }
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const run = await execa(process.execPath, [vitest, 'run', ...args], as);
  const finish = [join(root, 'helpers/report/run/finish-run.ts'), String(run.exitCode ?? 1)];
  return { run, end: await execa(process.execPath, finish, as) };
}

function describeRun(
  reports: string,
  run: { exitCode?: number | undefined; all: string },
  end: { exitCode?: number | undefined; all: string },
): Omit<SmallRun, 'rebuilt'> {
  const folder = join(reports, 'allure-results');
  const contents = new Map(
    readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]),
  );
  const results = [...contents]
    .filter(([name]) => name.endsWith('-result.json'))
    .map(([, content]) => JSON.parse(content) as SmallResult);
  const report = readFileSync(join(reports, 'allure-report/index.html'), 'utf8');
  return {
    vitestCode: run.exitCode,
    exitCode: end.exitCode,
    output: `${run.all}\n${end.all}`,
    lastLine: end.all.trimEnd().split('\n').at(-1) ?? '',
    results,
    report,
    data: readFiles(report),
    overview: textOf(/<section id="overview".*?<\/style>(.*)<div id="app">/s.exec(report)?.[1]),
    history: readFileSync(join(reports, 'history.jsonl'), 'utf8').trimEnd().split('\n').length,
    result: (name) => {
      const [found, ...more] = results.filter((one) => one.name === name);
      if (found !== undefined && more.length === 0) return found;
      const names = results.map((one) => `  ${one.name}`).join('\n');
      throw new Error(`not exactly one result "${name}" among\n${names}\n${run.all}\n${end.all}`);
    },
    attachment: (source) => contents.get(source) ?? '',
  };
}

/** Returns a page's text, with a space instead of each tag. */
function textOf(html = ''): string {
  return html
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

function configOf(more: string, allowedSkips: string): string {
  return `
    import { defineConfig } from 'vitest/config';
    import { allureReporters } from '@helpers/report/vitest/vitest-reporters.ts';
    export default defineConfig({
      test: {
        reporters: ['default', ...allureReporters({ allowedSkips: ${allowedSkips} })],
        setupFiles: ['@helpers/report/vitest/worker-setup.ts'],
        include: ['specs/**/*.spec.ts'],
        // As in the project itself: Vitest's own are too short for a machine that is busy.
        testTimeout: 60_000,
        hookTimeout: 60_000,
        ${more}
      },
    });`;
}
