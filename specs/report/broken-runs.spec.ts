import { beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { skipLabel } from '../../helpers/report/results/labels/skip-label.ts';
import { runSmall, type SmallRun } from './small-run.ts';

const passing = `import { test } from 'vitest'; test('it passes', () => {});`;

// Each test starts a separate Vitest, which takes long on a busy machine.
const limit = 120_000;

describe('A run with failures of every kind', () => {
  let run: SmallRun;

  beforeAll(async () => {
    run = await runSmall({
      'specs/passing.spec.ts': passing,
      'specs/import.spec.ts': `import './no-such-file.ts'; ${passing}`,
      'specs/hook.spec.ts': `
        import { beforeAll, describe, test } from 'vitest';
        describe('the suite', () => {
          beforeAll(() => { throw new Error('no machine'); });
          test('after a failed hook', () => {});
        });`,
      'specs/file-hook.spec.ts': `
        import { beforeAll, test } from 'vitest';
        beforeAll(() => { throw new Error('no network'); });
        test('after the failed hook of its file', () => {});`,
      'specs/last-hook.spec.ts': `
        import { afterAll, test } from 'vitest';
        afterAll(() => { throw new Error('a machine is left'); });
        test('before a failed hook', () => {});`,
      'specs/astray.spec.ts': `
        import { test } from 'vitest';
        test('leaves a promise behind', async () => {
          void Promise.reject(new Error('nobody waits for this'));
          await new Promise((wake) => setImmediate(wake));
        });`,
      'specs/skips.spec.ts': `
        import { test } from 'vitest';
        test('skips itself', ({ skip }) => skip('this kernel has no IPVS'));
        test.skip('is skipped', () => {});
        test.todo('is to be written');`,
      'specs/crash.spec.ts': `
        import { test } from 'vitest';
        test('ends its worker', () => process.kill(process.pid, 'SIGKILL'));`,
    });
  }, limit);

  test('fails', () => {
    expect(run.exitCode).not.toBe(0);
    // Failed: an import, three hooks, an unhandled rejection, the worker. Skipped: two after hooks, three, the crashed
    // one.
    expect(run.lastLine).toBe('3 passed, 6 failed, 6 skipped');
  });

  test('reports the file that could not be imported', () => {
    const { status, statusDetails } = run.result('specs/import.spec.ts can be run');
    expect(status).toBe('broken');
    expect(statusDetails?.message).toContain('no-such-file');
  });

  test('reports the failed hook, and that its tests did not run', () => {
    const failed = run.results.filter(({ status }) => status === 'broken');
    const messages = failed.map(({ statusDetails }) => statusDetails?.message);
    for (const message of ['no machine', 'no network', 'a machine is left']) {
      expect(messages).toContain(message);
    }
    for (const name of ['after a failed hook', 'after the failed hook of its file']) {
      const { status, statusDetails } = run.result(name);
      expect(status).toBe('skipped');
      expect(statusDetails?.message).toMatch(/^not run: a hook of .* failed$/);
    }
  });

  test('reports the reasons of skipped tests', () => {
    const whys = ['skips itself', 'is skipped', 'is to be written'].map((name) => {
      const { labels, statusDetails } = run.result(name);
      return [labels.find((one) => one.name === skipLabel)?.value, statusDetails?.message];
    });
    expect(whys).toEqual([
      ['with-reason', 'this kernel has no IPVS'],
      ['without-reason', 'skipped in its file, no reason given'],
      ['to-be-written', 'to be written'],
    ]);
  });

  test('reports the crashed worker with its file', () => {
    const outside = run.results.filter(({ name }) => name.startsWith('Error outside of any test'));
    expect(outside.map(({ status }) => status)).toEqual(['broken', 'broken']);
    const messages = outside.map(({ statusDetails }) => statusDetails?.message);
    expect(messages).toContain('nobody waits for this');
    expect(messages).toContainEqual(
      expect.stringMatching(/exited unexpectedly; not run to the end: specs\/crash\.spec\.ts$/),
    );
    expect(outside[0]?.labels).toContainEqual({ name: 'epic', value: 'Run' });
  });
});

test('a global set-up that fails makes the run fail, with its steps up to the failure', {
  timeout: limit,
}, async () => {
  const run = await runSmall(
    {
      'specs/passing.spec.ts': passing,
      'global-setup.ts': `
        import { recordHost } from '@helpers/report/results/record-set-up.ts';
        import { activity } from '@helpers/process/activity.ts';
        import { runCommand } from '@helpers/process/run-command.ts';
        export default () => recordHost('Set up the demo', async () => {
          await activity('stage', 'keystore', async () => {
            await runCommand('sh', ['-c', 'echo it begins']);
            await runCommand('sh', ['-c', 'echo no space left >&2; exit 5'], { hint: 'make room' });
          });
        });`,
    },
    { config: `globalSetup: ['./global-setup.ts'],` },
  );
  expect(run.exitCode).not.toBe(0);
  expect(run.lastLine).toBe('0 passed, 1 failed, 1 skipped');
  const setUp = run.result('Set up the demo');
  expect(setUp.status).toBe('broken');
  expect(setUp.statusDetails?.message).toContain('exit code 5, "no space left". Make room');
  const keystore = setUp.steps?.[0];
  expect(keystore).toMatchObject({ name: 'keystore', status: 'broken' });
  expect(keystore?.steps?.map(({ status }) => status)).toEqual(['passed', 'broken']);
  const source = keystore?.steps?.[0]?.attachments[0]?.source ?? '';
  expect(run.attachment(source)).toBe(`$ sh -c 'echo it begins'\n\nit begins`);
  expect(run.output).toContain('overlay-e2e doctor');
});

test('waits, tests and hooks that exceed their limits have a separate category', {
  timeout: limit,
}, async () => {
  const run = await runSmall({
    'specs/waits.spec.ts': `
      import { beforeAll, describe, test } from 'vitest';
      import { HarnessError } from '@helpers/process/errors/harness-error.ts';
      import { notYet, waitFor } from '@helpers/process/waits/wait-for.ts';
      const never = () => waitFor('network there', async () => notYet('no network'), { limit: 20 });
      test('waits', never);
      test('hangs', { timeout: 50 }, () => new Promise(() => {}));
      test('is refused', () => {
        throw new HarnessError({ code: 'port-busy', tried: 'run', observed: 'it timed out before' });
      });
      describe('suite', () => {
        beforeAll(never);
        test('after the hook', () => {});
      });`,
  });
  const codes = ['waits', 'hangs', 'is refused', 'hooks of "suite" pass'].map((name) =>
    run.result(name).labels.flatMap((label) => (label.name === 'error' ? label.value : [])),
  );
  expect(codes).toEqual([['wait-timed-out'], [], ['port-busy'], ['wait-timed-out']]);
  const { nodes } = z
    .object({ nodes: z.record(z.string(), z.looseObject({ name: z.string() })) })
    .parse(JSON.parse(run.data.get('widgets/categories.json')?.toString() ?? ''));
  const names = Object.values(nodes).map(({ name }) => name);
  expect(names).toContain('Harness: a time limit was exceeded');
});

test('a global set-up that cannot be imported makes the run fail', { timeout: limit }, async () => {
  const run = await runSmall(
    { 'specs/passing.spec.ts': passing, 'global-setup.ts': `import './no-such-file.ts';` },
    { config: `globalSetup: ['./global-setup.ts'],` },
  );
  expect(run.exitCode).not.toBe(0);
  expect(run.lastLine).toMatch(/^0 passed, 1 failed/);
  expect(run.result('The run comes to its end').status).toBe('broken');
});

test('a failed tear-down makes the run fail', { timeout: limit }, async () => {
  const run = await runSmall(
    {
      'specs/passing.spec.ts': passing,
      'global-setup.ts': `
        import { recordHost } from '@helpers/report/results/record-set-up.ts';
        export const teardown = () =>
          recordHost('Take down the demo', () => Promise.reject(new Error('device busy')));`,
    },
    { config: `globalSetup: ['./global-setup.ts'],` },
  );
  expect(run.exitCode).not.toBe(0);
  expect(run.lastLine).toBe('1 passed, 1 failed');
  expect(run.result('Take down the demo').statusDetails?.message).toBe('device busy');
});

test('a run that bails out reports the tests that did not run', { timeout: limit }, async () => {
  const run = await runSmall(
    {
      'specs/bail.spec.ts': `
        import { test } from 'vitest';
        test('fails', () => { throw new Error('as it must'); });
        test('comes after', () => {});`,
    },
    { args: ['--bail=1'] },
  );
  expect(run.exitCode).not.toBe(0);
  expect(run.lastLine).toBe('0 passed, 1 failed, 1 skipped');
  expect(run.result('comes after')).toMatchObject({ status: 'skipped' });
});

test('a run without executed tests fails', { timeout: limit }, async () => {
  const run = await runSmall({
    'specs/none.spec.ts': `import { test } from 'vitest'; test.skip('never', () => {});`,
  });
  expect(run.vitestCode).toBe(0);
  expect(run.exitCode).toBe(1);
  expect(run.lastLine).toBe('0 passed, 1 failed, 1 skipped');
});

test('an unlisted skip makes the run fail, and a listed skip names the runs that include it', {
  timeout: limit,
}, async () => {
  const run = await runSmall(
    {
      'specs/skips.spec.ts': `
        import { test } from 'vitest';
        test('passes', () => {});
        test('needs ssh', ({ skip }) => skip('no ssh on PATH'));
        test('needs time', ({ skip }) => skip('no time'));
        test.skip('is skipped', () => {});`,
    },
    {
      allowedSkips: `[
        { in: 'specs/skips.spec.ts', tests: /^needs ssh$/, because: /^no ssh/, runs: 'on Debian' },
        { in: 'specs/skips.spec.ts', tests: /^needs root$/, because: /^no root/, runs: 'as root' },
      ]`,
    },
  );
  expect(run.vitestCode).toBe(0);
  expect(run.exitCode).toBe(1);
  expect(run.lastLine).toBe('1 passed, 3 failed, 3 skipped');
  const { statusDetails } = run.result(
    'Skipped without being allowed: specs/skips.spec.ts: no time',
  );
  expect(statusDetails?.message).toMatch(/^needs time; let it run, or add it to /);
  run.result('Stale entry of specs/allowed-skips.ts: specs/skips.spec.ts /^needs root$/');
  expect(run.output).toContain('- 1 skipped: no ssh on PATH; it runs on Debian\n');
});

test('a run of some tests of a file does not count the others as skips', {
  timeout: limit,
}, async () => {
  const run = await runSmall(
    {
      'specs/two.spec.ts': `
        import { test } from 'vitest';
        test('the one', () => {});
        test('the other', () => {});`,
    },
    { allowedSkips: '[]', args: ['-t', 'the one'] },
  );
  expect(run.exitCode).toBe(0);
  expect(run.lastLine).toBe('1 passed, 0 failed, 1 skipped');
});

test('a run that finds no specs fails, and keeps the report of the last run', {
  timeout: limit,
}, async () => {
  const run = await runSmall(
    { 'specs/passing.spec.ts': passing },
    {
      args: ['specs/no-such'],
      before: [
        { 'specs/no-such.spec.ts': `import { test } from 'vitest'; test('earlier', () => {});` },
      ],
    },
  );
  expect(run.exitCode).toBe(2);
  expect(run.lastLine).toBe('0 passed, 1 failed');
  expect(run.output).toContain('✖ no test ran; the report and its history are unchanged\n');
  expect(run.history).toBe(1);
  expect(run.results.map(({ name }) => name)).toEqual(['earlier']);
  expect(run.overview).toContain('1 of 1 test passed');
});
