import { expect, test } from 'vitest';
import { readDockerWords } from '../../../../../helpers/cli/overlay-e2e/plugin/docker-words.ts';

test.for([
  [['overlay', 'check', '--json'], ['check', '--json'], {}],
  [['overlay'], [], {}],
  [['help', 'overlay'], ['help'], {}],
  [['help', 'overlay', 'check'], ['help', 'check'], {}],
  [
    ['--context', 'prod', 'overlay', 'check'],
    ['check'],
    { DOCKER_CONTEXT: 'prod', DOCKER_HOST: undefined },
  ],
  // The command's own option has the same name.
  [['overlay', 'check', '--context', 'a'], ['check', '--context', 'a'], {}],
  [['-D', '-H', 'tcp://a:2376', 'overlay', 'check'], ['check'], { DOCKER_HOST: 'tcp://a:2376' }],
  [
    [
      '--tlsverify',
      '--tlscacert=/t/ca.pem',
      '--tlscert=/t/cert.pem',
      '--tlskey=/t/key.pem',
      'overlay',
    ],
    [],
    { DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: '/t' },
  ],
  [['--config', '/c', '-l', 'debug', 'overlay', 'check'], ['check'], { DOCKER_CONFIG: '/c' }],
] as const)('docker %j means %j with %j', ([words, own, environment]) => {
  const call = readDockerWords(words);
  expect(call.words).toEqual(own);
  expect(call.environment).toEqual(environment);
});

test("a suggested command repeats Docker's own options", () => {
  expect(readDockerWords(['--context', 'prod', 'overlay', 'check']).command).toEqual([
    'docker',
    '--context',
    'prod',
    'overlay',
  ]);
});

test.for([
  [['--tlscert', '/t/other.pem', 'overlay'], /not ca\.pem, cert\.pem and key\.pem of one folder/],
  [['--tlscert', '/a/cert.pem', '--tlskey', '/b/key.pem', 'overlay'], /of one folder/],
  [['-H', 'tcp://a', '-H', 'tcp://b', 'overlay'], /several hosts/],
  [['--new-option', 'overlay'], /Unknown option/],
] as const)('docker %j is refused', ([words, message]) => {
  expect(() => readDockerWords(words)).toThrow(message);
});
