import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';

const helpers = join(import.meta.dirname, '../../../../helpers');
const packages = /\/node_modules\/(@grpc\/|protobufjs\/|ssh2\/)/;

/** The modules of a process that imports the Docker client. */
const Loaded = z.object({ files: z.array(z.string()), builtins: z.array(z.string()) });

it.for([
  ['start/overlay-e2e.ts', ['--version']],
  ['start/netns-machine.ts', ['netns-machine', 'version']],
  ['bin/overlay-e2e.ts', ['--version']],
  ['bin/netns-machine.ts', ['version']],
] as const)('%s imports the Docker client without gRPC, ssh2 and web sockets', ([file, words]) => {
  const { files, builtins } = importClient(`
    process.argv = [process.execPath, '${helpers}/cli/${file}', ...${JSON.stringify(words)}];
    await import('${helpers}/cli/${file}');`);
  expect(files.some((one) => one.includes('/dockerode/'))).toBe(true);
  expect(files.filter((one) => packages.test(one))).toEqual([]);
  expect(builtins.filter((name) => name.includes('undici'))).toEqual([]);
});

it('a library imports the whole Docker client, which other code of its process may need', () => {
  const { files } = importClient('');
  expect(files.filter((file) => packages.test(file)).length).toBeGreaterThan(0);
});

/** Runs code and then imports the Docker client, in a separate process. */
function importClient(before: string): z.infer<typeof Loaded> {
  const code = `
    import { createRequire } from 'node:module';
    ${before}
    await import('${helpers}/docker/engine.ts');
    await import('${helpers}/docker/endpoints/ping-engine.ts');
    await import('${helpers}/process/send-request.ts');
    const { default: Docker } = await import('dockerode');
    new Docker({ host: '127.0.0.1', port: 1 });
    const files = Object.keys(createRequire(import.meta.url).cache);
    console.log(JSON.stringify({ files, builtins: process.moduleLoadList }));`;
  const options = ['--input-type=module', '--eval', code];
  const text = execFileSync(process.execPath, options, { cwd: helpers, encoding: 'utf8' });
  return Loaded.parse(JSON.parse(text.trim().split('\n').at(-1) ?? ''));
}
