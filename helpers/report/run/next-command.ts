import { quoteForShell } from '../../process/run-command.ts';
import { specFileOf } from '../results/spec-file.ts';
import type { WrittenResult } from '../results/read-results.ts';
import { topologyOf } from '../results/labels/topology-label.ts';

/** A run as it was typed. */
export interface TypedRun {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The arguments that reached `specs/run.sh`: those of the npm script, then those of the user. */
  readonly args: readonly string[];
  /** The command of the run if it is not `specs/run.sh` or a script of npm with it. */
  readonly command?: string | undefined;
}

/** More files than this are not named: then all of the project run again. */
const namedFiles = 4;

/** The command that runs the failed files again as they ran: same variables, same project. */
export function commandAgain(
  failures: readonly WrittenResult[],
  { env, args, command }: TypedRun,
): string {
  const script = scriptOf(env);
  const files = [...new Set(failures.flatMap(({ fullName }) => specFileOf(fullName) ?? []))];
  const named = files.length > namedFiles ? [] : files;
  const words =
    args[0] === 'matrix'
      ? combinationsOf(failures)
      : projectsOf(failures, { args, command }, script);
  const all = [...words, ...named].map(quoteForShell);
  const rest = all.length > 0 && script !== undefined ? ['--', ...all] : all;
  return [...variablesOf(env), command ?? commandOf(script, args), ...rest].join(' ');
}

/** `npm test`, `npm run e2e`, or the shell script itself. */
function commandOf(script: NpmScript | undefined, args: readonly string[]): string {
  if (script === undefined)
    return args[0] === 'matrix' ? 'sh specs/run.sh matrix' : 'sh specs/run.sh';
  return script.name === 'test' ? 'npm test' : `npm run ${script.name}`;
}

interface NpmScript {
  readonly name: string;
  /** The project that the script itself runs. */
  readonly project: string | undefined;
}

/** Returns the npm script that runs `specs/run.sh`; undefined for a direct call. */
function scriptOf({
  npm_lifecycle_event: name,
  npm_lifecycle_script: line = '',
}: TypedRun['env']): NpmScript | undefined {
  if (name === undefined || !line.includes('specs/run.sh')) return undefined;
  return { name, project: /--project[ =](\S+)/.exec(line)?.[1] };
}

/** Names of combinations, and engines: `etcd 20.10.24`. */
function combinationsOf(failures: readonly WrittenResult[]): string[] {
  return [...new Set(failures.flatMap((one) => topologyOf(one)?.split('@') ?? []))];
}

function projectsOf(
  failures: readonly WrittenResult[],
  { args, command }: Pick<TypedRun, 'args' | 'command'>,
  script: NpmScript | undefined,
): string[] {
  const failed = [...new Set(failures.flatMap((one) => projectOf(one, command) ?? []))];
  // The script's project always runs, in addition to named ones.
  if (script?.project !== undefined && failed.every((one) => one === script.project)) return [];
  const typed = args.flatMap((word, index) =>
    word === '--project'
      ? (args[index + 1] ?? [])
      : word.startsWith('--project=')
        ? word.slice(10)
        : [],
  );
  const names = failed.length > 0 ? failed : typed.filter((one) => one !== script?.project);
  return names.flatMap((name) => ['--project', name]);
}

/** Specs that share a topology run in a project of its name. */
function projectOf(result: WrittenResult, command: string | undefined): string | undefined {
  const file = specFileOf(result.fullName);
  if (file === undefined) return undefined;
  // Only the projects of this repository are known.
  return topologyOf(result) ?? (command === undefined ? projectWithoutTopology(file) : undefined);
}

function projectWithoutTopology(file: string): string {
  if (file.startsWith('specs/unit/')) return 'unit';
  if (file === 'specs/package/installed.spec.ts') return 'package';
  if (/^specs\/machine-cli\/(?:errors|machines)\./.test(file)) return 'machine-cli';
  return /^specs\/(?:uml\/|machine\/contract-uml\.)/.test(file) ? 'uml' : 'machines';
}

/** Variables that decide how the tests run. An address with a password stays out of the terminal. */
function variablesOf(env: TypedRun['env']): string[] {
  return Object.entries(env).flatMap(([name, value]) => {
    const decides = /^(E2E_(?!COMBINATION$|ATTACH$)|MACHINE_STORAGE_PATH$)/.test(name);
    if (!decides || value === undefined || /:\/\/[^/]*@/.test(value)) return [];
    return [`${name}=${quoteForShell(value)}`];
  });
}
