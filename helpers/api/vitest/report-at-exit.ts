import { spawnSync } from 'node:child_process';
import { extname, join } from 'node:path';
import type { Plugin } from 'vitest/config';
import type { Reporter, TestSpecification, Vitest } from 'vitest/node';
import { surviveLostOutput } from '../../process/lost-output.ts';
import { gateOption, type QualityGate } from '../../report/run/quality-gate.ts';
import { allureReporters, isAllureReporter } from '../../report/vitest/vitest-reporters.ts';

/** The program that builds the report, from the sources or compiled. */
const finishRun = join(
  import.meta.dirname,
  `../../report/run/finish-run${extname(import.meta.filename)}`,
);

/** Longer than the tear-down of a large cluster takes, because Vitest exits after this time. */
const tearDownLimit = 120_000;

/**
 * Returns the plugin of one project with a topology: it puts projects in order, one after the other, and adds the report
 * to the run.
 *
 * @param group projects with a lower number run first
 */
export function overlayPlugin(group: number, writesReport: boolean, gate?: QualityGate): Plugin {
  return {
    name: 'overlay-e2e',
    configureVitest: ({ vitest, project }) => {
      // Vitest would end by an error of its output, and leave the machines.
      surviveLostOutput('vitest');
      project.config.sequence.groupOrder = group;
      const { config } = vitest;
      config.teardownTimeout = Math.max(config.teardownTimeout, tearDownLimit);
      if (writesReport) addReport(vitest, gate);
    },
  };
}

/** Adds the report once, unless the configuration has its reporters already: then it also builds the report itself. */
function addReport({ config }: Vitest, gate: QualityGate | undefined): void {
  const reporters: unknown[] = config.reporters;
  if (config.watch || reporters.some(isAllureReporter)) return;
  config.reporters.push(...allureReporters(), new ReportAtExit(gate));
}

/**
 * Builds the report at the exit of the process: only then the topologies are torn down, which is a part of the report. A
 * run without test files leaves the last report unchanged.
 */
class ReportAtExit implements Reporter {
  readonly #gate: QualityGate | undefined;
  #isArmed = false;

  constructor(gate: QualityGate | undefined) {
    this.#gate = gate;
  }

  onTestRunStart(specifications: readonly TestSpecification[]): void {
    if (specifications.length === 0 || this.#isArmed) return;
    this.#isArmed = true;
    process.once('exit', (code) => {
      const gate = this.#gate === undefined ? [] : [gateOption, JSON.stringify(this.#gate)];
      const typed = [...gate, '--as', 'npx vitest run', ...argumentsOf(process.argv.slice(2))];
      const { status } = spawnSync(process.execPath, [finishRun, String(code), ...typed], {
        stdio: 'inherit',
      });
      if (code === 0) process.exitCode = status ?? 1;
    });
  }
}

/** The arguments of `vitest run` without the command itself. */
function argumentsOf(argv: readonly string[]): readonly string[] {
  return argv[0] === 'run' ? argv.slice(1) : argv;
}
