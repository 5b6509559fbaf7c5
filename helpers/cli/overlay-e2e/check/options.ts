import type { TargetOptions } from '../../../topology/target/choose-target.ts';
import type { Redaction } from '../../../check/bundle/redact-observation.ts';
import type { DiagnosisCode } from '../../../check/model/codes.ts';
import type { MetricsAddress } from '../../../report/metrics/metrics-address.ts';
import { InputError } from '../../../process/errors/input-error.ts';

/** The options of `overlay-e2e check`. */
export interface CheckOptions extends TargetOptions {
  readonly probe: boolean;
  readonly privileged: boolean;
  readonly maxPairs?: number;
  readonly json?: boolean;
  readonly allure?: string;
  readonly junit?: string;
  readonly svg?: string;
  readonly sarif?: string;
  /** The code of the findings to print as an issue. */
  readonly issue?: DiagnosisCode;
  /** A file that the observation is written to. */
  readonly bundle?: string;
  /** A kind of data to remove from the bundle beyond secrets. */
  readonly redact?: Redaction;
  /** A bundle to diagnose instead of a cluster. */
  readonly from?: string;
  /** Seconds. */
  readonly watch?: number;
  readonly metrics?: MetricsAddress;
  readonly neighbors?: number;
  readonly fix?: boolean;
  readonly yes?: boolean;
  readonly dryRun?: boolean;
  readonly verbose?: boolean;
}

/** Refuses options that contradict each other, before any query. */
export function refuseContradictions(
  words: readonly string[],
  options: CheckOptions,
  isTerminal: boolean,
): void {
  const { probe, privileged, watch, fix = false, yes = false, dryRun = false } = options;
  const { engine, context, node, except, from, bundle, redact, metrics } = options;
  const hasEngines = engine.length + context.length > 0;
  const hasTarget = words.length > 0 || hasEngines || (node ?? except) !== undefined;
  refuseMixedTargets('check', words, options);
  refuseFirst('check', [
    [
      from !== undefined && hasTarget,
      '--from diagnoses a file and cannot be combined with a cluster',
      'omit the names and engines',
    ],
    [
      from !== undefined && (watch !== undefined || fix),
      '--from diagnoses a file and cannot be combined with --watch and --fix',
      'omit them',
    ],
    [
      options.issue !== undefined && (watch !== undefined || options.json === true),
      '--issue cannot be combined with --watch and --json',
      'omit them',
    ],
    [
      bundle !== undefined && watch !== undefined,
      '--bundle cannot be combined with --watch',
      'omit one of them',
    ],
    [redact !== undefined && bundle === undefined, '--redact needs --bundle', 'add --bundle'],
    [
      options.probeService !== undefined && (watch !== undefined || from !== undefined || fix),
      '--probe-service is for one check of a cluster, and cannot be combined with --watch, --fix and --from',
      'omit one of them',
    ],
    [
      options.probeService !== undefined && words.length > 0,
      '--probe-service needs one manager of a swarm, and cannot be combined with names and files',
      'omit the names',
    ],
    [yes && !fix, '--yes needs --fix', 'omit it'],
    [dryRun && !fix, '--dry-run needs --fix', 'add --fix'],
    [metrics !== undefined && watch === undefined, '--metrics needs --watch', 'add --watch 30'],
    [fix && watch !== undefined, '--fix cannot be combined with --watch', 'omit one of them'],
    [
      fix && !(probe && privileged),
      '--fix needs a probe that can enter network namespaces',
      'omit --no-probe and --no-privileged',
    ],
    [
      fix && !yes && !dryRun && !isTerminal,
      '--fix asks before each step, but no terminal is connected',
      'add --yes to run all steps without questions',
    ],
  ]);
}

/** Refuses targets that contradict each other. */
export function refuseMixedTargets(
  subject: string,
  words: readonly string[],
  { engine, context, tlsDir, node, except }: TargetOptions,
): void {
  const hasEngines = engine.length + context.length > 0;
  refuseFirst(subject, [
    [
      words.length > 0 && hasEngines,
      `"${words.join(' ')}" cannot be combined with engines`,
      'name machines, a file, or engines with --engine and --context',
    ],
    [
      words.length > 0 && (node ?? except) !== undefined,
      `"${words.join(' ')}" cannot be combined with --node and --except`,
      'omit them',
    ],
    [tlsDir !== undefined && engine.length === 0, '--tls-dir needs --engine', 'add --engine'],
  ]);
}

function refuseFirst(
  subject: string,
  wrong: readonly (readonly [isWrong: boolean, observed: string, hint: string])[],
): void {
  for (const [isWrong, observed, hint] of wrong) {
    if (isWrong) throw new InputError({ code: 'input-invalid', subject, observed, hint });
  }
}
