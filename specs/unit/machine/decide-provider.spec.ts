import { expect, test } from 'vitest';
import { decideProvider } from '../../../helpers/machine/decide-provider.ts';

const none = {
  env: {},
  platform: 'linux' as NodeJS.Platform,
  arch: 'x64',
  isRoot: true,
  has: (_program: string) => false,
};
const all = { ...none, has: () => true };
const only = (there: string) => (program: string) => program === there;

test('docker-machine is chosen if VirtualBox is installed', () => {
  expect(decideProvider(all)).toEqual({
    name: 'docker-machine',
    because: 'docker-machine and VBoxManage found',
    driver: 'virtualbox',
  });
  expect(decideProvider({ ...all, platform: 'darwin' }).name).toBe('docker-machine');
});

test('docker-machine without VirtualBox is not chosen, and the reason says so', () => {
  const has = only('docker-machine');
  expect(decideProvider({ ...none, has })).toEqual({
    name: 'netns',
    because: 'VBoxManage not found',
  });
});

test('on Linux without either, the built-in provider is chosen', () => {
  expect(decideProvider(none)).toEqual({
    name: 'netns',
    because: 'docker-machine and VBoxManage not found',
  });
});

test('elsewhere without either, one line says what to install', () => {
  expect(() => decideProvider({ ...none, platform: 'darwin' })).toThrow(
    'choose a provider: docker-machine and VBoxManage not found, and the built-in provider requires Linux. Install docker-machine 0.16.2 and VirtualBox, or run this command on Linux',
  );
});

test('E2E_PROVIDER overrides the choice', () => {
  expect(decideProvider({ ...all, env: { E2E_PROVIDER: 'netns' } })).toEqual({
    name: 'netns',
    because: 'E2E_PROVIDER=netns',
  });
  const has = only('docker-machine');
  expect(decideProvider({ ...none, has, env: { E2E_PROVIDER: 'docker-machine' } }).name).toBe(
    'docker-machine',
  );
});

test('the driver is docker-machine’s own default', () => {
  const env = { E2E_PROVIDER: 'docker-machine', MACHINE_DRIVER: 'generic' };
  expect(decideProvider({ ...all, env })).toEqual({
    name: 'docker-machine',
    because: 'E2E_PROVIDER=docker-machine',
    driver: 'generic',
  });
});

test('an empty E2E_PROVIDER is ignored', () => {
  expect(decideProvider({ ...none, env: { E2E_PROVIDER: '' } }).name).toBe('netns');
});

test('E2E_DOCKER_MACHINE is the command that must exist', () => {
  const env = { E2E_PROVIDER: 'docker-machine', E2E_DOCKER_MACHINE: '/opt/dm' };
  const has = only('/opt/dm');
  expect(decideProvider({ ...none, has, env }).name).toBe('docker-machine');
  expect(() => decideProvider({ ...none, env })).toThrow('/opt/dm is not an executable program');
});

test('without root, machines with their own kernel are chosen on x86-64', () => {
  const user = { ...none, isRoot: false };
  expect(decideProvider(user)).toEqual({
    name: 'uml',
    because: 'docker-machine and VBoxManage not found; without root',
  });
  expect(decideProvider({ ...user, arch: 'arm64' }).name).toBe('netns');
  expect(decideProvider({ ...user, env: { E2E_PROVIDER: 'netns' } }).name).toBe('netns');
  expect(decideProvider({ ...user, has: () => true }).name).toBe('docker-machine');
});

test('machines with their own kernel need Linux on x86-64', () => {
  const env = { E2E_PROVIDER: 'uml' };
  expect(decideProvider({ ...none, env })).toEqual({
    name: 'uml',
    because: 'E2E_PROVIDER=uml; as root',
  });
  expect(() => decideProvider({ ...none, env, arch: 'arm64' })).toThrow(
    'E2E_PROVIDER=uml: User-mode Linux needs Linux on x86-64, and this platform is linux on arm64',
  );
  expect(() => decideProvider({ ...none, env, platform: 'darwin' })).toThrow('darwin on x64');
});

test('an unavailable provider causes an error of one line that names it', () => {
  expect(() =>
    decideProvider({ ...none, platform: 'darwin', env: { E2E_PROVIDER: 'netns' } }),
  ).toThrow('E2E_PROVIDER=netns: it consists of Linux namespaces, and this platform is darwin');
  expect(() => decideProvider({ ...all, env: { E2E_PROVIDER: 'vagrant' } })).toThrow(
    'E2E_PROVIDER=vagrant: unknown provider. Valid providers: netns',
  );
});
