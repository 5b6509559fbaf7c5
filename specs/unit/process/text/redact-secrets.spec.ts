import { describe, expect, test } from 'vitest';
import { runLine } from '../../../../helpers/docker/containers/container-spec.ts';
import { activity, onActivity, type Activity } from '../../../../helpers/process/activity.ts';
import { HarnessError } from '../../../../helpers/process/errors/harness-error.ts';
import { printInspection, redactSecrets } from '../../../../helpers/process/text/redact-secrets.ts';

describe('Redaction', () => {
  test.each([
    [
      'docker run -e MYSQL_ROOT_PASSWORD=hunter2 mysql',
      'docker run -e MYSQL_ROOT_PASSWORD=… mysql',
    ],
    ["-e 'DB_PASSWD=two words' x", "-e 'DB_PASSWD=…' x"],
    ['-e API_KEY="two \\" words" x', '-e API_KEY=… x'],
    ['"MYSQL_PASSWORD=a\\"b", "PATH=/bin"', '"MYSQL_PASSWORD=…", "PATH=/bin"'],
    ['{"GithubApiToken": "abc", "Name": "m"}', '{"GithubApiToken": "…", "Name": "m"}'],
    ['"AccessToken":"a\\"b"', '"AccessToken":"…"'],
    [
      'docker-machine create --digitalocean-access-token abc m',
      'docker-machine create --digitalocean-access-token … m',
    ],
    ['--token=SWMTKN-1-3pu6hszjas-8vxv8rssmk 10.0.0.1:2377', '--token=… 10.0.0.1:2377'],
    ['join with SWMTKN-1-3pu6hszjas-8vxv8rssmk', 'join with SWMTKN-1-3pu6hszjas-…'],
    ['https://me:hunter2@proxy:3128/', 'https://me:…@proxy:3128/'],
    ['Authorization: Bearer abc.def', 'Authorization: Bearer …'],
    [
      '"SSHKey": "-----BEGIN RSA PRIVATE KEY-----\\nMIIE\\n-----END RSA PRIVATE KEY-----\\n"',
      '"SSHKey": "-----BEGIN RSA PRIVATE KEY-----…-----END RSA PRIVATE KEY-----\\n"',
    ],
  ])('hides the secret in %s', (text, expected) => {
    expect(redactSecrets(text)).toBe(expected);
    expect(redactSecrets(expected)).toBe(expected);
  });

  test.each([
    '--tlskey=/etc/docker/server-key.pem --tlscacert=/etc/docker/ca.pem',
    '"CaPrivateKeyPath": "/root/certs/ca-key.pem", "SSHKeyPath": "/root/id_rsa"',
    'the join token: it was rotated; docker swarm join-token -q worker tells it',
    'sudo: a password is required',
    'http://192.168.99.100:8500/v1/kv/?keys',
    '{"tokens": {"worker": 1}, "Secrets": null, "TokenName": "x"}',
  ])('keeps %s', (text) => {
    expect(redactSecrets(text)).toBe(text);
  });

  test('of a long text takes linear time', () => {
    // Each rule reads a character a bounded number of times.
    for (const piece of [
      'password',
      'a=',
      '"token":"',
      '://',
      '-----BEGIN PRIVATE KEY-----',
      'x',
    ]) {
      const text = piece.repeat(200_000 / piece.length);
      expect(redactSecrets(text).length).toBeLessThanOrEqual(text.length + 1);
    }
  });
});

test('only the names of environment variables are printed, even for harmless names', () => {
  const Env = ['DSN=mysql://root:x@db', 'PATH=/bin', 'constraint:node==worker'];
  expect(JSON.parse(printInspection({ Config: { Env }, Name: 'db' }))).toEqual({
    Config: { Env: ['DSN=…', 'PATH=…', 'constraint:node==worker'] },
    Name: 'db',
  });
  const line = runLine({ image: 'db', env: { DSN: 'secret words', EMPTY: '' } });
  expect(line).toBe("run -d -e 'DSN=…' -e 'EMPTY=…' db");
});

test('activities and errors publish no secret', async () => {
  const seen: Activity[] = [];
  const stop = onActivity({ end: (one) => seen.push(one) });
  const failing = activity('command', 'login --password hunter2', async (report) => {
    report.input('TOKEN=hunter2 run');
    report.output('{"Token": "hunter2"}');
    await Promise.reject(
      new HarnessError({
        code: 'command-failed',
        tried: 'login --password hunter2',
        observed: 'PASSWORD=hunter2 is refused',
        evidence: 'API_KEY=hunter2',
      }),
    );
  });
  await expect(failing).rejects.toThrow('login --password …: PASSWORD=… is refused\nAPI_KEY=…');
  stop();
  expect(seen).toHaveLength(1);
  expect(JSON.stringify(seen)).not.toContain('hunter2');
});
