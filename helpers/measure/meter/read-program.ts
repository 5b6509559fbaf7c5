import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

const agent = join(import.meta.dirname, '../../check/probe/agent');

/** The parts of the probe's agent that the meter uses. */
const parts = [
  'runtime/system',
  'runtime/loop',
  'runtime/sockets',
  'runtime/namespaces',
  'trials/links',
  'trials/packets',
];

/**
 * Returns the whole program of the meter, for the standard input of Perl: no machine needs a file of it. Lines that
 * follow on the standard input are for the running program.
 */
export async function readMeterProgram(): Promise<string> {
  const files = [
    ...parts.map((name) => join(agent, `${name}.pl`)),
    join(import.meta.dirname, 'meter.pl'),
  ];
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8')));
  // Each in its own block: no variable of a file is another file's.
  return `${texts.map((text) => `{\n${text}}\n`).join('')}__END__\n`;
}
