/**
 * The program in the single executable. It unpacks the others, which are ES modules, and runs the requested program.
 * It imports nothing else, so that a call of Docker's command line for the plugin's metadata is fast.
 */
import module from 'node:module';
import { dirname, join } from 'node:path';
import { getAsset, getRawAsset } from 'node:sea';
import { deserialize } from 'node:v8';
import { zstdDecompressSync } from 'node:zlib';
import { pluginMetadata } from '../overlay-e2e/plugin/metadata.ts';
import { chooseProgram, folderOfChild } from './choose-program.ts';
import { type Packed, unpack } from './unpack.ts';

const index = JSON.parse(getAsset('index.json', 'utf8')) as Omit<Packed, 'read'> & {
  readonly version: string;
};
const words = process.argv.slice(2);

if (words.length === 1 && words[0] === 'docker-cli-plugin-metadata') {
  process.stdout.write(`${JSON.stringify(pluginMetadata(index.version))}\n`);
} else {
  const folder =
    folderOfChild(words[0], index.digest) ??
    unpack({
      ...index,
      read: () =>
        deserialize(zstdDecompressSync(Buffer.from(getRawAsset('files')))) as ReturnType<
          Packed['read']
        >,
    });
  const chosen = chooseProgram(process.argv0, words, folder);
  const file = join(folder, `${chosen.file}.js`);
  // Compiled code, next to the folder: later calls start faster.
  module.enableCompileCache(join(dirname(folder), 'compiled'));
  // Node.js prints these warnings for code outside of node_modules, where the libraries are now.
  process.noDeprecation = true;
  process.argv = [process.execPath, file, ...chosen.words];
  // In an executable, a plain import() finds only Node's own modules.
  const load = module.createRequire(file)('./import.cjs') as (file: string) => Promise<unknown>;
  void load(file);
}
