import { basename, dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { InputError } from '../../../process/errors/input-error.ts';

/** A call of the plugin by Docker's command line. */
export interface DockerCall {
  /** The arguments of overlay-e2e. */
  readonly words: readonly string[];
  /** Variables with the meaning of Docker's own options; undefined removes one. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The words before ours, for a suggested command: `docker --context prod overlay`. */
  readonly command: readonly string[];
}

/** Docker's options in front of a command: https://docs.docker.com/reference/cli/docker/ */
const options = {
  config: { type: 'string' },
  context: { type: 'string', short: 'c' },
  debug: { type: 'boolean', short: 'D' },
  host: { type: 'string', short: 'H', multiple: true },
  'log-level': { type: 'string', short: 'l' },
  tls: { type: 'boolean' },
  tlscacert: { type: 'string' },
  tlscert: { type: 'string' },
  tlskey: { type: 'string' },
  tlsverify: { type: 'boolean' },
} as const;

/** Reads the arguments that Docker passes to a plugin: including its options, `--context prod overlay check --json`. */
export function readDockerWords(words: readonly string[]): DockerCall {
  const at = words.indexOf('overlay');
  // `docker help overlay check`
  if (words[0] === 'help') {
    return { words: ['help', ...words.slice(2)], environment: {}, command: ['docker', 'overlay'] };
  }
  const before = words.slice(0, Math.max(at, 0));
  const command = ['docker', ...before, 'overlay'];
  return { words: words.slice(at + 1), environment: variablesOf(before), command };
}

function variablesOf(before: readonly string[]): Record<string, string | undefined> {
  const { values } = parse(before);
  const { config, context, host } = values;
  if ((host?.length ?? 0) > 1) throw wrong('-H', 'several hosts', 'name one');
  const folder = certificates([
    [values.tlscacert, 'ca.pem'],
    [values.tlscert, 'cert.pem'],
    [values.tlskey, 'key.pem'],
  ]);
  return {
    ...(config === undefined ? {} : { DOCKER_CONFIG: config }),
    // Docker's client ignores DOCKER_HOST if a context is named.
    ...(context === undefined ? {} : { DOCKER_CONTEXT: context, DOCKER_HOST: undefined }),
    ...(host?.[0] === undefined ? {} : { DOCKER_HOST: host[0] }),
    ...(values.tlsverify === true ? { DOCKER_TLS_VERIFY: '1' } : {}),
    ...(folder === undefined ? {} : { DOCKER_CERT_PATH: folder }),
  };
}

function parse(before: readonly string[]) {
  try {
    return parseArgs({ args: [...before], options, strict: true });
  } catch (cause) {
    throw new InputError({
      code: 'input-invalid',
      subject: `docker ${before.join(' ')}`,
      observed: cause instanceof Error ? cause.message : String(cause),
      hint: 'use --context, --host, --config and the options of TLS only',
      cause,
    });
  }
}

/** Returns the folder of the files; an endpoint has one folder with the usual names. */
function certificates(files: readonly (readonly [string | undefined, string])[]) {
  const given = files.filter(([file]) => file !== undefined) as [string, string][];
  const folders = new Set(given.map(([file]) => dirname(file)));
  const other = given.find(([file, usual]) => basename(file) !== usual);
  if (other !== undefined || folders.size > 1) {
    throw wrong(
      '--tlscacert, --tlscert and --tlskey',
      'not ca.pem, cert.pem and key.pem of one folder',
      'create a context with "docker context create" and name it with --context',
    );
  }
  return [...folders][0];
}

function wrong(subject: string, observed: string, hint: string): InputError {
  return new InputError({ code: 'input-invalid', subject, observed, hint });
}
