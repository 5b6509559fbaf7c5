import { createHash } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { isIPv4 } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { test as base, describe, expect, type TestContext, vi } from 'vitest';
import { connectEngine } from '../../helpers/docker/engine.ts';
import { requireTls } from '../../helpers/docker/endpoints/require-tls.ts';
import { tryWithoutCertificate } from './try-without-certificate.ts';
import type { Machine, MachineProvider, MachineRequest } from '../../helpers/machine/machine.ts';
import { allSettled, HarnessError } from '../../helpers/process/errors/harness-error.ts';
import { BUSYBOX, prepareBusyboxImage } from './busybox-image.ts';
import { guardStore } from './store-guard.ts';

/** A provider to test, and its limitations. */
export interface Contender {
  /** Opens the provider with the state directory `store`, and prepares machines with these names. */
  open(store: string, names: readonly string[]): Promise<Opened>;
  /** The reason why machines cannot be stopped and started; absent if they can. */
  readonly cannotStop?: string | undefined;
}

export interface Opened {
  readonly provider: MachineProvider;
  /** Releases the prepared resources, after the machines are removed. */
  readonly close?: () => Promise<void>;
}

// In alphabetical order, ten would precede nine.
const NINE = 'contract-9';
const TEN = 'contract-10';

const NOBODY = 'contract-nobody';

// A container's PID 1 ignores SIGTERM by default: without a trap, an engine waits 10 s.
const endsAtOnce = "trap 'exit 0' TERM";
const staysUp = 'while :; do busybox sleep 1 & wait; done';

/** The tests that every provider must pass. They use only the interface. */
export function describeProvider(title: string, contender: Contender): void {
  const test = base
    // oxlint-disable-next-line eslint/no-empty-pattern -- Vitest reads from it what the fixture needs: nothing.
    .extend('provider', { scope: 'file' }, async ({}, { onCleanup }) => {
      const store = await mkdtemp(join(tmpdir(), 'contract-'));
      guardStore(store);
      const { provider, close } = await contender.open(store, [NINE, TEN]);
      onCleanup(async () => {
        await provider.remove([NINE, TEN]);
        await provider.cleanUp();
        await close?.();
        await rm(store, { recursive: true, force: true });
      });
      return provider;
    })
    .extend('machines', { scope: 'file' }, async ({ provider }) => {
      const requests: MachineRequest[] = [
        {
          name: NINE,
          engineOptions: ['log-driver=local'],
          engineLabels: ['contract.role=nine', 'contract.note=a=b'],
          images: [await prepareBusyboxImage()],
        },
        { name: TEN, tlsSans: ['ten.example'] },
      ];
      const [nine, ten] = await createAll(provider, requests);
      if (nine === undefined || ten === undefined) throw new Error('a machine is missing');
      return { nine, ten };
    });

  // In this order, because all tests use the same two machines, and the last tests remove them.
  describe(title, { shuffle: false }, () => {
    describe('a machine that was created', () => {
      test('has its own address, at which its engine listens', async ({ machines }) => {
        const { nine, ten } = machines;
        for (const machine of [nine, ten]) {
          expect(isIPv4(machine.address), machine.address).toBe(true);
          expect(machine).toMatchObject({
            state: 'Running',
            url: `tcp://${machine.address}:2376`,
            endpoint: { host: machine.address, port: 2376 },
          });
        }
        expect(nine.address).not.toBe(ten.address);
      });

      test('has its name as its hostname', async ({ provider, machines }) => {
        const { stdout } = await provider.run(machines.nine.name, ['uname', '-n']);
        expect(stdout).toBe(`${NINE}\n`);
      });

      test('is the same in the results of create, list and inspect, in natural order', async ({
        provider,
        machines: { nine, ten },
      }) => {
        expect(await provider.list()).toEqual([nine, ten]);
        expect(await provider.inspect(NINE)).toEqual(nine);
        expect(await provider.inspect(TEN)).toEqual(ten);
      });

      test('has the requested engine options and labels, and so has its engine', async ({
        provider,
        machines: { nine, ten },
      }) => {
        expect(nine.engineOptions).toEqual(['log-driver=local']);
        expect(nine.engineLabels).toEqual(['contract.role=nine', 'contract.note=a=b']);
        expect([ten.engineOptions, ten.engineLabels]).toEqual([[], []]);
        const [ofNine, ofTen] = [await dockerInfo(provider, NINE), await dockerInfo(provider, TEN)];
        expect(ofNine.LoggingDriver).toBe('local');
        expect(ofNine.Labels).toEqual(
          expect.arrayContaining(['contract.role=nine', 'contract.note=a=b']),
        );
        expect(ofTen.LoggingDriver).toBe('json-file');
        expect(ofTen.Labels.filter((label) => label.startsWith('contract.'))).toEqual([]);
      });

      test('has the given images, and no others', async ({ machines }) => {
        using nine = connectEngine(machines.nine);
        using ten = connectEngine(machines.ten);
        expect((await nine.images.list()).flatMap(({ tags }) => tags)).toEqual([BUSYBOX]);
        expect(await ten.images.list()).toEqual([]);
      });

      test('presents a certificate with its name and the requested further names', async ({
        machines,
      }) => {
        const { nine, ten } = machines;
        const [ofNine, ofTen] = [await readNames(nine), await readNames(ten)];
        expect(ofNine).toContain(`IP Address:${nine.address}`);
        expect(ofTen).toContain(`IP Address:${ten.address}`);
        expect(ofTen).toContain('DNS:ten.example');
        expect(ofNine).not.toContain('DNS:ten.example');
      });

      test('accepts clients with its certificates, and no others', async ({ machines }) => {
        for (const machine of [machines.nine, machines.ten]) {
          using engine = connectEngine(machine);
          expect(await engine.info()).toMatchObject({ name: machine.name });
          expect(await tryWithoutCertificate(machine)).toMatchObject({ refused: true });
          expect(
            statSync(requireTls(machine).keyFile).mode & 0o077,
            'other users may read it',
          ).toBe(0);
        }
      });

      test('has the docker client’s three files in the folder of its certificates', async ({
        machines,
      }) => {
        const files = await readdir(machines.nine.certificates);
        expect(files).toEqual(expect.arrayContaining(['ca.pem', 'cert.pem', 'key.pem']));
      });
    });

    describe('a program that runs in a machine', () => {
      test('runs as root', async ({ provider, machines }) => {
        const { stdout } = await provider.run(machines.nine.name, ['id', '-u']);
        expect(stdout).toBe('0\n');
      });

      test('gets its arguments unchanged, with any characters', async ({ provider, machines }) => {
        const hard = [
          'a  b',
          "it's",
          '"',
          '$HOME',
          '`id`',
          '*',
          '\\',
          '',
          'ü',
          'two\nlines',
          '--',
          '-n',
        ];
        const { stdout } = await provider.run(machines.nine.name, ['printf', '[%s]', ...hard]);
        expect(stdout).toBe(hard.map((word) => `[${word}]`).join(''));
      });

      test('returns output and errors separately, to the byte', async ({ provider, machines }) => {
        const script = String.raw`printf '\000\001\n\n'; printf ' oops\n\n' >&2`;
        expect(await provider.run(machines.nine.name, ['sh', '-c', script])).toEqual({
          exitCode: 0,
          stdout: '\u0000\u0001\n\n',
          stderr: ' oops\n\n',
        });
      });

      test('reads its input to the byte', async ({ provider, machines }) => {
        const input = Uint8Array.from({ length: 100_000 }, (_, index) => index % 256);
        const { stdout } = await provider.run(machines.nine.name, ['sha256sum'], { input });
        expect(stdout.split(' ')[0]).toBe(createHash('sha256').update(input).digest('hex'));
      });

      test('has no input by default', async ({ provider, machines }) => {
        const { stdout } = await provider.run(machines.nine.name, ['wc', '-c'], { limit: 30_000 });
        expect(stdout.trim()).toBe('0');
      });

      test('returns its exit code if it is expected', async ({ provider, machines }) => {
        const { name } = machines.nine;
        const runs = [
          { code: 1, expect: [1] },
          { code: 7, expect: [0, 7] },
          // The exit code of ssh itself after a failure.
          { code: 255, expect: 'any' },
        ] as const;
        for (const { code, expect: expected } of runs) {
          const argv = ['sh', '-c', `exit ${code}`] as const;
          const { exitCode } = await provider.run(name, argv, { expect: expected });
          expect(exitCode).toBe(code);
        }
      });

      test('causes an error with its last line if the exit code is not expected', async ({
        provider,
        machines,
      }) => {
        const argv = ['sh', '-c', 'echo no such thing >&2; exit 7'] as const;
        const failure = provider.run(machines.nine.name, argv, { expect: [0, 1] });
        await expect(failure).rejects.toThrow(HarnessError);
        await expect(failure).rejects.toThrow(/exit code 7, "no such thing"/);
      });

      test('causes an error if it is missing, with any expected exit code', async ({
        provider,
        machines,
      }) => {
        const failure = provider.run(machines.nine.name, ['no-such-program']);
        await expect(failure).rejects.toThrow(HarnessError);
        await expect(failure).rejects.toThrow(/exit code 127, .*no-such-program/);
      });

      test('is aborted with its caller’s reason', async ({ provider, machines }) => {
        const abort = new AbortController();
        const failure = provider.run(machines.nine.name, ['sleep', '600'], {
          signal: abort.signal,
        });
        abort.abort(new Error('the run was interrupted'));
        await expect(failure).rejects.toThrow('the run was interrupted');
      });

      test('is aborted after its limit', async ({ provider, machines }) => {
        const failure = provider.run(machines.nine.name, ['sleep', '600'], { limit: 1500 });
        await expect(failure).rejects.toThrow(/: timed out after 1.5 s/);
      });
    });

    describe('a name', () => {
      test('that is taken is rejected, and the existing machine is unchanged', async ({
        provider,
        machines,
      }) => {
        const failure = provider.create({ name: NINE });
        await expect(failure).rejects.toThrow(HarnessError);
        await expect(failure).rejects.toThrow(NINE);
        expect(await provider.inspect(NINE)).toEqual(machines.nine);
        using engine = connectEngine(machines.nine);
        expect(await engine.images.has(BUSYBOX)).toBe(true);
      });

      test('that is not a valid host name is rejected', async ({ provider, machines }) => {
        for (const name of ['-x', 'a b', 'a_b', 'x!', '../x', '', 'x'.repeat(64)]) {
          const failure = provider.create({ name });
          await expect(failure, `"${name}"`).rejects.toThrow(HarnessError);
          await expect(failure).rejects.toThrow(`"${name}"`);
        }
        expect(await provider.list()).toEqual([machines.nine, machines.ten]);
      });

      test('of no machine is an error, except for remove', async ({ provider, machines }) => {
        const ends = await Promise.allSettled([
          provider.inspect(NOBODY),
          provider.run(NOBODY, ['true']),
          provider.start(NOBODY),
          provider.stop(NOBODY),
          provider.kill(NOBODY),
          provider.reboot(NOBODY),
        ]);
        for (const end of ends) {
          expect(end).toMatchObject({ status: 'rejected', reason: expect.any(HarnessError) });
          expect(end).toHaveProperty('reason.message', expect.stringContaining(NOBODY));
        }
        await provider.remove([NOBODY]);
        expect(await provider.list()).toEqual([machines.nine, machines.ten]);
      });
    });

    describe('a machine that cannot be created', () => {
      test('leaves nothing: a missing image', async ({ provider, machines }) => {
        const failure = provider.create({ name: NOBODY, images: ['/no/such/image.tar'] });
        await expect(failure).rejects.toThrow(/no\/such\/image\.tar/);
        expect(await provider.list()).toEqual([machines.nine, machines.ten]);
      });

      test('leaves nothing: an invalid address', async ({ provider, machines }) => {
        const failure = provider.create({ name: NOBODY, address: '192.168.99' });
        await expect(failure).rejects.toThrow(HarnessError);
        await expect(failure).rejects.toThrow(/192\.168\.99"?: not an IPv4 address/);
        expect(await provider.list()).toEqual([machines.nine, machines.ten]);
      });

      test('leaves nothing: an option that its engine rejects', async ({ provider, machines }) => {
        const failure = provider.create({ name: NOBODY, engineOptions: ['no-such-option=1'] });
        await expect(failure).rejects.toThrow(HarnessError);
        await expect(failure).rejects.toThrow(NOBODY);
        expect(await provider.list()).toEqual([machines.nine, machines.ten]);
      });

      test('leaves nothing: an abort during its creation', async ({ provider, machines }) => {
        const abort = new AbortController();
        const never = new Promise<never>(() => {});
        // Called when everything except the engine is ready.
        vi.spyOn(never, 'then').mockImplementation(async () => {
          abort.abort(new Error('the run was interrupted'));
          return await never;
        });
        const failure = provider.create(
          { name: NOBODY, engineAfter: never },
          { signal: abort.signal },
        );
        await expect(failure).rejects.toThrow('the run was interrupted');
        expect(await provider.list()).toEqual([machines.nine, machines.ten]);
      });

      test('leaves nothing: a rejected condition of its engine', async ({ provider, machines }) => {
        const engineAfter = Promise.reject(new Error('the store is gone'));
        engineAfter.catch(() => {});
        const failure = provider.create({ name: NOBODY, engineAfter });
        await expect(failure).rejects.toThrow('the store is gone');
        expect(await provider.list()).toEqual([machines.nine, machines.ten]);
      });
    });

    describe('a machine that is stopped', () => {
      test.for(['stop', 'kill'] as const)(
        'by %s does not answer until it is started, then has the same content and address',
        async (how, { provider, machines, skip, onTestFinished }) => {
          skipUnlessStopped(skip);
          const { nine } = machines;
          onTestFinished(async () => {
            await provider.start(NINE);
            using engine = connectEngine(nine);
            const left = (await engine.containers.list()).map(({ id }) => id);
            for (const id of left) await (await engine.containers.find(id)).remove();
          });
          using before = connectEngine(nine);
          const container = await before.containers.run({
            name: `witness-of-${how}`,
            image: BUSYBOX,
            command: ['sh', '-c', `${endsAtOnce}; ${staysUp}`],
          });
          // Not in the container's own command, which would write it again after the next start.
          const wrote = await container.exec(['sh', '-c', `busybox echo ${how} >/written`]);
          expect(wrote, wrote.stderr).toMatchObject({ exitCode: 0 });

          await provider[how](NINE);
          expect(await provider.inspect(NINE)).toMatchObject({
            state: 'Stopped',
            address: nine.address,
          });
          // A new client, because an open connection would fail in any case.
          using stopped = connectEngine(nine);
          await expect(stopped.version({ limit: 500 })).rejects.toThrow(HarnessError);
          await expect(provider.run(NINE, ['true'])).rejects.toThrow(HarnessError);
          expect((await provider.list()).map(({ state }) => state)).toEqual(['Stopped', 'Running']);
          await provider[how](NINE);

          await provider.start(NINE);
          expect(await provider.inspect(NINE)).toEqual(nine);
          await provider.start(NINE);
          using after = connectEngine(nine);
          const found = await after.containers.find(`witness-of-${how}`);
          if (!(await found.inspect()).running) await found.start();
          const { stdout } = await found.exec(['busybox', 'cat', '/written']);
          expect(stdout).toBe(`${how}\n`);
        },
      );
    });

    test('a clean-up does not change complete machines', async ({ provider, machines }) => {
      expect(await provider.cleanUp()).toEqual([]);
      expect(await provider.list()).toEqual([machines.nine, machines.ten]);
      using engine = connectEngine(machines.nine);
      expect(await engine.images.has(BUSYBOX)).toBe(true);
    });

    describe('a machine that is removed', () => {
      test('is removed with its certificates; the other machine is not', async ({
        provider,
        machines,
      }) => {
        const { nine, ten } = machines;
        expect(existsSync(requireTls(ten).keyFile)).toBe(true);
        await provider.remove([TEN, NOBODY]);
        expect(await provider.list()).toEqual([nine]);
        await expect(provider.inspect(TEN)).rejects.toThrow(TEN);
        expect(existsSync(requireTls(ten).keyFile)).toBe(false);
        using engine = connectEngine(nine);
        expect(await engine.info()).toMatchObject({ name: NINE });
      });

      test('releases its name for a new machine', async ({ provider, machines }) => {
        await provider.remove([TEN]);
        const again = await provider.create({ name: TEN });
        expect(again.state).toBe('Running');
        expect(await provider.list()).toEqual([machines.nine, again]);
        using engine = connectEngine(again);
        expect(await engine.info()).toMatchObject({ name: TEN });
      });

      test('is also removed if it was stopped', async ({ provider, machines, skip }) => {
        skipUnlessStopped(skip);
        await provider.kill(NINE);
        await provider.remove([NINE, TEN]);
        expect(await provider.list()).toEqual([]);
        expect(existsSync(requireTls(machines.nine).keyFile)).toBe(false);
      });
    });
  });

  function skipUnlessStopped(skip: TestContext['skip']): void {
    if (contender.cannotStop !== undefined) skip(contender.cannotStop);
  }
}

async function createAll(
  provider: MachineProvider,
  requests: readonly MachineRequest[],
): Promise<Machine[]> {
  return await allSettled(
    'create',
    requests.map((request) => provider.create(request)),
  );
}

/** Returns the names in the certificate of a machine's engine, in Node's format. */
async function readNames(machine: Machine): Promise<string> {
  const { host, port, caFile, certFile, keyFile } = requireTls(machine);
  const [ca, cert, key] = await Promise.all([caFile, certFile, keyFile].map((f) => readFile(f)));
  return await new Promise((resolve, reject) => {
    const socket = connect({ host, port, ca, cert, key, timeout: 10_000 }, () => {
      resolve(socket.getPeerCertificate().subjectaltname ?? '');
      socket.destroy();
    });
    socket.on('error', reject);
    socket.on('timeout', () => socket.destroy(new Error('silent for 10 s')));
  });
}

async function dockerInfo(
  provider: MachineProvider,
  name: string,
): Promise<{ LoggingDriver: string; Labels: string[] }> {
  const { stdout } = await provider.run(name, ['docker', 'info', '--format', '{{json .}}']);
  const { LoggingDriver, Labels } = JSON.parse(stdout);
  return { LoggingDriver, Labels: Labels ?? [] };
}
