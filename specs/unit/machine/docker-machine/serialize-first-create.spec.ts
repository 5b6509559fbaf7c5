import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { serializeFirstCreate } from '../../../../helpers/machine/docker-machine/serialize-first-create.ts';

function makeStore(): string {
  const store = mkdtempSync(join(tmpdir(), 'first-create-'));
  onTestFinished(() => rmSync(store, { recursive: true }));
  return store;
}

function writeCertificates(store: string): void {
  mkdirSync(join(store, 'certs'));
  for (const file of ['ca.pem', 'cert.pem', 'key.pem'])
    writeFileSync(join(store, 'certs', file), '');
}

test('in a new state directory, the others start once the first has created certificates', async () => {
  const store = makeStore();
  const inOrder = serializeFirstCreate(store);
  const seen: string[] = [];
  const { promise: othersStarted, resolve } = Promise.withResolvers<void>();
  await Promise.all([
    inOrder(async (certificatesMade) => {
      seen.push('first starts');
      await Promise.resolve();
      writeCertificates(store);
      seen.push('certificates');
      certificatesMade();
      await othersStarted;
      seen.push('first ends');
    }),
    inOrder(async () => {
      seen.push('second starts');
      resolve();
    }),
  ]);
  expect(seen).toEqual(['first starts', 'certificates', 'second starts', 'first ends']);
});

test('if the first fails, the next becomes the first', async () => {
  const store = makeStore();
  const inOrder = serializeFirstCreate(store);
  let atOnce = 0;
  const one = async () => {
    atOnce += 1;
    await Promise.resolve();
    expect(atOnce).toBe(1);
    atOnce -= 1;
    throw new Error('no');
  };
  const all = await Promise.allSettled([inOrder(one), inOrder(one), inOrder(one)]);
  expect(all.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  expect(all.map((end) => String('reason' in end && end.reason))).toEqual(
    Array.from({ length: 3 }, () => 'Error: no'),
  );
});

test('in a state directory with certificates, no creation waits', async () => {
  const store = makeStore();
  writeCertificates(store);
  const inOrder = serializeFirstCreate(store);
  const { promise, resolve } = Promise.withResolvers<void>();
  await Promise.all([inOrder(() => promise), inOrder(async () => resolve())]);
});
