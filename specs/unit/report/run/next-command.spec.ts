import { describe, expect, test } from 'vitest';
import { commandAgain } from '../../../../helpers/report/run/next-command.ts';

const failureOf = (file: string, topology?: string) => ({
  name: 'it',
  fullName: `overlay-e2e:${file}#it`,
  status: 'failed' as const,
  labels: topology === undefined ? [] : [{ name: 'topology', value: topology }],
});
const seed = failureOf('specs/seed/car-endpoint.spec.ts', 'seed');
const npm = (name: string, rest = '') => ({
  npm_lifecycle_event: name,
  npm_lifecycle_script: `exec sh specs/run.sh${rest}`,
});
const e2e = npm('e2e', ' --project seed');

describe('the command that runs failed files again', () => {
  test('has the environment variables and the script of the run', () => {
    const env = {
      ...e2e,
      E2E_REUSE: '1',
      E2E_PROVIDER: 'netns',
      HOME: '/root',
      E2E_COMBINATION: 'x',
    };
    expect(commandAgain([seed, seed], { env, args: ['--project', 'seed'] })).toBe(
      'E2E_REUSE=1 E2E_PROVIDER=netns npm run e2e -- specs/seed/car-endpoint.spec.ts',
    );
  });

  test.each([
    ['of a topology', seed, '--project seed specs/seed/car-endpoint.spec.ts'],
    ['of the unit tests', failureOf('specs/unit/a.spec.ts'), '--project unit specs/unit/a.spec.ts'],
    ['of machines', failureOf('specs/cli/a.spec.ts'), '--project machines specs/cli/a.spec.ts'],
  ])('after npm test names the project %s', (_, failure, words) => {
    expect(commandAgain([failure], { env: npm('test'), args: [] })).toBe(`npm test -- ${words}`);
  });

  test('names no files if there are many', () => {
    const many = ['a', 'b', 'c', 'd', 'e'].map((one) =>
      failureOf(`specs/seed/${one}.spec.ts`, 'seed'),
    );
    expect(commandAgain(many, { env: e2e, args: ['--project', 'seed'] })).toBe('npm run e2e');
  });

  test('of a project that was added to a script is the script with that project', () => {
    const shop = failureOf('specs/example/overlay.spec.ts', 'shop');
    const args = ['--project', 'seed', '--project', 'shop'];
    expect(commandAgain([shop], { env: e2e, args })).toBe(
      'npm run e2e -- --project shop specs/example/overlay.spec.ts',
    );
  });

  test('of a matrix names topology and engine', () => {
    const failure = failureOf('specs/seed/cluster.spec.ts', 'etcd@20.10.24');
    expect(commandAgain([failure], { env: npm('matrix', ' matrix'), args: ['matrix'] })).toBe(
      'npm run matrix -- etcd 20.10.24 specs/seed/cluster.spec.ts',
    );
  });

  test('of a run without npm is the shell script', () => {
    expect(commandAgain([seed], { env: {}, args: [] })).toBe(
      'sh specs/run.sh --project seed specs/seed/car-endpoint.spec.ts',
    );
  });

  test('quotes special characters of the shell, and shows no password', () => {
    const env = { ...e2e, MACHINE_STORAGE_PATH: '/a b', E2E_DEBIAN_MIRROR: 'http://me:word@host/' };
    expect(commandAgain([], { env, args: ['--project', 'seed'] })).toBe(
      "MACHINE_STORAGE_PATH='/a b' npm run e2e",
    );
  });
});
