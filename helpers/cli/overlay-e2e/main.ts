import { CommanderError } from 'commander';
import { guardStandardStreams } from '../standard-streams.ts';
import { endOptions } from './end-options.ts';
import { createProgram } from './program.ts';

// It is this process's own, set by the script that starts it, and nothing that others should get.
delete process.env['NODE_COMPILE_CACHE'];

guardStandardStreams('overlay-e2e', '--verbose');

try {
  const [, , word, seconds] = process.argv;
  const isPlugin = word === 'docker-plugin';
  const isCall = !isPlugin || (await import('./plugin/enter-plugin.ts')).enterPlugin();
  // A word between programs, like that of the plugin.
  if (word === 'relay') await (await import('./relay.ts')).runRelay(seconds);
  else if (isCall) await createProgram({ isPlugin }).parseAsync(endOptions(process.argv));
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else {
    const { reportFailure } = await import('./failure.ts');
    process.exitCode = reportFailure(error);
  }
}
