import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Lab, openLab } from './lab.ts';
import { readRecordings } from './recordings.ts';
import { replay } from './replay.ts';

let lab: Lab;
const addresses: Record<string, string> = {};
const options = { addresses: () => addresses };

beforeAll(async () => {
  lab = await openLab();
});
afterAll(async () => {
  await lab[Symbol.asyncDispose]();
});

// In the order of the recordings: each depends on the state that the previous ones leave.
describe('netns-machine under the name docker-machine', { shuffle: false }, () => {
  describe('create: two machines, as members of a Swarm', () => {
    for (const recording of readRecordings('making')) replay(() => lab, recording, options);

    test('the machines have addresses', async () => {
      addresses['192.168.121.101'] = await addressOf('master-host');
      addresses['192.168.121.102'] = await addressOf('worker-host');
      // Redirects connections for the Swarm manager, which is missing, to the engine. To a client, both are TLS
      // servers.
      const redirect =
        'iptables -t nat -A PREROUTING -p tcp --dport 3376 -j REDIRECT --to-ports 2376';
      expect(await lab.run(`docker-machine ssh master-host ${redirect}`)).toMatchObject({
        exitCode: 0,
        stderr: '',
      });
    });
  });

  describe.concurrent('commands that read machines', () => {
    for (const recording of readRecordings('reading')) replay(() => lab, recording, options);
  });

  describe('commands that copy files', () => {
    for (const recording of readRecordings('copying')) replay(() => lab, recording, options);
  });

  describe('commands that restart engines', () => {
    for (const recording of readRecordings('engines')) replay(() => lab, recording, options);
  });

  describe('create: a third machine, with engine options and a line for each step', () => {
    const [create, ...others] = readRecordings('third');
    if (create !== undefined) replay(() => lab, create, options);

    test('the third machine has an address', async () => {
      addresses['192.168.121.103'] = await addressOf('third');
    });

    for (const recording of others) replay(() => lab, recording, options);
  });

  describe('a machine that is only the URL of an engine', () => {
    for (const recording of readRecordings('none')) replay(() => lab, recording, options);
  });

  describe('commands while the third machine is stopped', () => {
    test('the third machine stops', async () => {
      expect(await lab.run('docker-machine stop third')).toMatchObject({ exitCode: 0 });
    });

    for (const recording of readRecordings('off')) replay(() => lab, recording, options);
  });
});

async function addressOf(name: string): Promise<string> {
  const { stdout } = await lab.run(`docker-machine ip ${name}`);
  expect(stdout).toMatch(/^\d+\.\d+\.\d+\.\d+\n$/);
  return stdout.trim();
}
