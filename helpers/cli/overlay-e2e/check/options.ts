import type { TargetOptions } from '../../../topology/target/choose-target.ts';
import { InputError } from '../../../process/errors/input-error.ts';

/** What `overlay-e2e check` was called with. */
export interface CheckOptions extends TargetOptions {
  readonly probe: boolean;
  readonly privileged: boolean;
  readonly maxPairs?: number;
  readonly json?: boolean;
  readonly allure?: string;
  readonly junit?: string;
  readonly svg?: string;
  /** Seconds. */
  readonly watch?: number;
  readonly fix?: boolean;
  readonly yes?: boolean;
  readonly dryRun?: boolean;
  readonly verbose?: boolean;
}

/** Refuses options that do not go together, before anything is asked. */
export function refuseContradictions(
  words: readonly string[],
  options: CheckOptions,
  isTerminal: boolean,
): void {
  const { engine, context, tlsDir, probe, privileged, watch, fix = false, yes = false } = options;
  const { dryRun = false } = options;
  const hasEngines = engine.length + context.length > 0;
  const wrong: readonly (readonly [boolean, observed: string, remedy: string])[] = [
    [
      words.length > 0 && hasEngines,
      `«${words.join(' ')}» and engines are two targets`,
      'name machines or a file, or else engines by --engine and --context',
    ],
    [tlsDir !== undefined && engine.length === 0, '--tls-dir is for --engine', 'name an --engine'],
    [yes && !fix, '--yes is for --fix', 'leave it out'],
    [dryRun && !fix, '--dry-run is for --fix', 'say --fix as well'],
    [fix && watch !== undefined, '--fix and --watch are two things', 'leave one of them out'],
    [
      fix && !(probe && privileged),
      '--fix works through a probe that may enter the networks’ namespaces',
      'leave --no-probe and --no-privileged out',
    ],
    [
      fix && !yes && !dryRun && !isTerminal,
      '--fix asks before each step, and there is no terminal to ask on',
      'say --yes if all of them are to be done',
    ],
  ];
  for (const [isWrong, observed, remedy] of wrong) {
    if (isWrong) throw new InputError({ subject: 'check', observed, remedy });
  }
}
