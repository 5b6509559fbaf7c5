import { nameOwnCommand } from '../../../process/own-command.ts';
import { ownVersion } from '../../../process/own-version.ts';
import { readDockerWords } from './docker-words.ts';
import { pluginMetadata } from './metadata.ts';

/** The word by which an installed plugin starts this program. */
export const pluginWord = 'docker-plugin';

/**
 * Makes this process the plugin `docker overlay`: replaces its arguments, and takes over Docker's own options. Prints
 * the metadata and returns false if Docker only asks for these.
 */
export function enterPlugin(): boolean {
  const [node = '', file = '', , ...words] = process.argv;
  if (words[0] === 'docker-cli-plugin-metadata') {
    console.log(JSON.stringify(pluginMetadata(ownVersion())));
    return false;
  }
  const call = readDockerWords(words);
  for (const [name, value] of Object.entries(call.environment)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
  nameOwnCommand(call.command);
  process.argv = [node, file, ...call.words];
  return true;
}
