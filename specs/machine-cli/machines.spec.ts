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

// In the order in which they were recorded: each finds what those before it have left.
describe('netns-machine, called as docker-machine', { shuffle: false }, () => {
  describe('two machines are made, as members of a Swarm', () => {
    for (const recording of readRecordings('making')) replay(() => lab, recording, options);

    test('they have addresses', async () => {
      addresses['192.168.121.101'] = await addressOf('master-host');
      addresses['192.168.121.102'] = await addressOf('worker-host');
      // Sends what comes for the Swarm manager, which is not there, to the engine: to a client, both are a TLS server.
      const redirect =
        'iptables -t nat -A PREROUTING -p tcp --dport 3376 -j REDIRECT --to-ports 2376';
      expect(await lab.run(`docker-machine ssh master-host ${redirect}`)).toMatchObject({
        exitCode: 0,
        stderr: '',
      });
    });
  });

  describe.concurrent('they are looked at', () => {
    for (const recording of readRecordings('reading')) replay(() => lab, recording, options);
  });

  describe('files are copied', () => {
    for (const recording of readRecordings('copying')) replay(() => lab, recording, options);
  });

  describe('their engines are restarted', () => {
    for (const recording of readRecordings('engines')) replay(() => lab, recording, options);
  });

  describe('a third machine, with engine options and a line for each step', () => {
    const [create, ...others] = readRecordings('third');
    if (create !== undefined) replay(() => lab, create, options);

    test('it has an address', async () => {
      addresses['192.168.121.103'] = await addressOf('third');
    });

    for (const recording of others) replay(() => lab, recording, options);
  });

  describe('beside them, an engine that is known by its URL alone', () => {
    for (const recording of readRecordings('none')) replay(() => lab, recording, options);
  });

  describe('the third machine is off', () => {
    test('it is stopped', async () => {
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
