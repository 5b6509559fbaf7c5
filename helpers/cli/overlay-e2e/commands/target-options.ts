import { type Command, InvalidArgumentError, Option } from 'commander';

/** Adds the options that name the engines of a cluster. */
export function addTargetOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--engine <[name=]url>',
        'an engine: tcp://HOST:2376, ssh://USER@HOST, unix:///PATH; may be repeated. One engine stands for its whole cluster',
      )
        .argParser(collect)
        .default([], 'none'),
    )
    .option(
      '--tls-dir <folder>',
      'folder with ca.pem, cert.pem and key.pem for tcp:// engines, like DOCKER_CERT_PATH',
    )
    .addOption(
      new Option('--context <name>', 'the engine of one of your Docker contexts; may be repeated')
        .argParser(collect)
        .default([], 'none'),
    )
    .addOption(
      new Option('--node <name>', 'examine only this member; may be repeated').argParser(
        collectNames,
      ),
    )
    .addOption(
      new Option('--except <name>', 'leave this member out; may be repeated').argParser(
        collectNames,
      ),
    );
}

function collect(word: string, before: readonly string[]): string[] {
  return [...before, word];
}

function collectNames(word: string, before: readonly string[] = []): string[] {
  return [...before, ...word.split(',')];
}

/** Reads a number of seconds. */
export function toPositive(word: string): number {
  const seconds = Number(word);
  if (word.trim() !== '' && Number.isFinite(seconds) && seconds > 0) return seconds;
  throw new InvalidArgumentError('It must be a number of seconds above 0.');
}
