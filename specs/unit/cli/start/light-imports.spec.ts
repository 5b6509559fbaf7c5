import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';

const helpers = join(import.meta.dirname, '../../../../helpers');
const packages = /\/node_modules\/(@grpc\/|protobufjs\/|ssh2\/)/;

/** The modules of a process that imports the Docker client. */
const Loaded = z.object({ files: z.array(z.string()), builtins: z.array(z.string()) });

it('programs import the Docker client without gRPC, ssh2 and web sockets', () => {
  const { files, builtins } = importClient({ asProgram: true });
  expect(files.some((file) => file.includes('/dockerode/'))).toBe(true);
  expect(files.filter((file) => packages.test(file))).toEqual([]);
  expect(builtins.filter((name) => name.includes('undici'))).toEqual([]);
});

it('a library imports the whole Docker client, which other code of its process may need', () => {
  const { files } = importClient({ asProgram: false });
  expect(files.filter((file) => packages.test(file)).length).toBeGreaterThan(0);
});

function importClient({ asProgram }: { asProgram: boolean }): z.infer<typeof Loaded> {
  const start = `
    const { skipUnusedPackages } = await import('${helpers}/cli/start/skip-unused-packages.ts');
    skipUnusedPackages();`;
  const code = `
    import { createRequire } from 'node:module';
    ${asProgram ? start : ''}
    await import('${helpers}/docker/engine.ts');
    await import('${helpers}/docker/endpoints/ping-engine.ts');
    await import('${helpers}/process/send-request.ts');
    const { default: Docker } = await import('dockerode');
    new Docker({ host: '127.0.0.1', port: 1 });
    const files = Object.keys(createRequire(import.meta.url).cache);
    console.log(JSON.stringify({ files, builtins: process.moduleLoadList }));`;
  const options = ['--input-type=module', '--eval', code];
  const text = execFileSync(process.execPath, options, { cwd: helpers, encoding: 'utf8' });
  return Loaded.parse(JSON.parse(text));
}
