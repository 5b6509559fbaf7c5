import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from 'vitest';
import { breakCluster } from '../faults/fault.ts';
import { wrongHostsLine } from '../faults/name-faults.ts';
import { deleteForwardingEntry } from '../faults/overlay-faults.ts';
import { openCheck } from '../../helpers/spec/check.ts';
import { expect } from '../../helpers/spec/spec.ts';
import { startCommand } from '../topology/command.ts';
import { expectUntouched } from '../topology/lab.ts';
import { test } from './mine.ts';
import { startWatch } from './watch.ts';

/** Returns the message of a failed expectation. Throws if the expectation holds. */
async function complaintOf(expectation: Promise<void>): Promise<string> {
  const error: unknown = await expectation.then(
    () => new Error('it holds'),
    (reason: unknown) => reason,
  );
  return (error as Error).message.split('\n', 1)[0] ?? '';
}

describe('a failed expectation describes the actual state in one sentence', () => {
  test('of a closed port, a different page, a packet that is too long', async ({
    mine: { lab },
  }) => {
    const shop = await lab.container('shop');
    expect(await complaintOf(expect(shop).toReach('stock', { port: 81 }))).toMatch(
      /^shop \(counter\) does not reach stock:81 over stairs: connection refused after \d+\.\d ms$/,
    );
    const get = async (path: string, body?: string) =>
      await complaintOf(
        expect(shop).toGet(`http://stock:8080/${path}`, body === undefined ? {} : { body }),
      );
    expect(await get('nails')).toBe(
      'shop (counter) does not get http://stock:8080/nails over stairs: status 404 instead of 200',
    );
    expect(await get('tins', 'twelve')).toBe(
      'shop (counter) does not get http://stock:8080/tins over stairs: its body is "twelve tins\\n" instead of "twelve"',
    );
    expect(
      await complaintOf(
        expect(shop).toPing('stock', { size: 1423, dontFragment: true, wait: 0.2 }),
      ),
    ).toMatch(/^shop \(counter\) cannot ping stock over stairs: message too long/);
    // A negated expectation fails if the condition holds.
    expect(await complaintOf(expect(shop).not.toReach('stock', { port: 8080 }))).toBe(
      'shop (counter) reaches stock:8080 over stairs',
    );
  });

  test("of a name that resolves to another address than its container's", async ({
    mine: { lab },
  }) => {
    const shop = await lab.container('shop');
    const stock = await lab.container('stock');
    const [own, address] = [await shop.addressOn('stairs'), await stock.addressOn('stairs')];
    await using _fault = await breakCluster(wrongHostsLine(shop, { name: 'stock', address: own }));
    const said = `shop (counter) resolves stock to ${own} over stairs: its address is ${address}`;
    expect(await complaintOf(expect(shop).toResolve('stock'))).toBe(said);
    expect(await complaintOf(expect(shop).toPing('stock'))).toBe(said);
    expect(await complaintOf(expect(shop).toReach('stock', { port: 8080 }))).toBe(said);
    expect(await complaintOf(expect(shop).toGet('http://stock:8080/tins'))).toBe(said);
  });

  test('of a host without a forwarding entry, which only the kernel layer reports', async ({
    mine: { lab },
  }) => {
    const [shop, stock] = [await lab.container('shop'), await lab.container('stock')];
    const { networks } = await stock.inspect();
    const { networkId = '', mac = '', address = '' } = networks['stairs'] ?? {};
    const end = { container: 'stock', mac, address, host: lab.machine('cellar').address };
    const on = { provider: lab.provider, machine: 'counter', network: networkId };
    const check = openCheck(lab);
    {
      await using _fault = await breakCluster(deleteForwardingEntry(on, end));
      expect(await complaintOf(expect(shop).toPing('stock', { wait: 0.5 }))).toBe(
        'shop (counter) gets no answer to 3 pings of stock over stairs',
      );
      expect(await complaintOf(expect(shop).toReach('stock', { port: 8080, within: 1 }))).toBe(
        'shop (counter) does not reach stock:8080 over stairs: no answer within 1 s',
      );
      const kernel = await check.layer('kernel');
      expect(await complaintOf((async () => expect(kernel).toBeHealthy())())).toMatch(
        /^forwarding-entry-missing: .*stock/,
      );
      expect(check.unhealthy?.comparisons.length).toBeGreaterThan(kernel.comparisons.length);
      expect(await check.named('kernel-neighbours')).toBeHealthy();
    }
    expect(await check.audit()).toBeHealthy();
    expect(await complaintOf(check.named('kernel-neighbour').then(() => undefined))).toMatch(
      /^find the comparison kernel-neighbour: no such comparison. Use one of engines-answer, /,
    );
  });
});

describe('a copy of the example under another name', () => {
  test('is a project of that name, whose specs pass', { timeout: 400_000 }, async ({
    mine: { folder, store },
    onTestFinished,
  }) => {
    const reports = await mkdtemp(join(tmpdir(), 'overlay-e2e-reports-'));
    onTestFinished(() => rm(reports, { recursive: true }));
    const env = { ...store.env, E2E_REUSE: '1', OVERLAY_E2E_REPORTS: reports };
    // Runs: npm test -- --project mine
    const words = ['test', '--', '--project', 'mine'];
    const { exitCode, stdout } = await startCommand('npm', words, env, folder).ended;
    expect(stdout).toMatch(/^5 passed, 0 failed$/m);
    expect(exitCode).toBe(0);
  });

  // Longer than the sum of its waits, so that a wait that hangs reports its last state.
  test('runs again in watch mode after a change, on the running cluster, which stays', {
    timeout: 1_200_000,
  }, async ({ mine }) => {
    const before = await mine.store.traces();
    await using watch = startWatch(mine);
    await watch.says(/Tests .*5 passed/);
    await watch.change("body: 'twelve tins\\n'", "body: 'eleven tins\\n'");
    await watch.says(
      /shop \(counter\) does not get http:\/\/stock:8080\/tins over stairs: its body is "twelve tins\\n" instead of "eleven tins\\n"/,
    );
    await watch.says(/Tests .*1 failed.*4 passed/);
    await watch.change("body: 'eleven tins\\n'", 'body: /^twelve/');
    await watch.says(/Tests .*5 passed/);
    expect(await watch.end()).toBe(143);
    await expectUntouched(mine.store, before);
  });
});
