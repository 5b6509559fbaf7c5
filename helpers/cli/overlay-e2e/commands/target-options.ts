import { type Command, Option } from 'commander';
import { collect, collectNames } from './argument-parsers.ts';

/** The flags and the description of the option that names certificates. */
export const tlsDir = [
  '--tls-dir <folder>',
  'folder with ca.pem, cert.pem and key.pem for tcp:// engines, like DOCKER_CERT_PATH',
] as const;

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
    .option(...tlsDir)
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
