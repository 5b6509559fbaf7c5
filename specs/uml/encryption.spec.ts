import { describe, expect } from 'vitest';
import { encryptionDefects } from '../diagnosis/defects/encryption.ts';
import { swarmTest } from '../swarm-mode/swarm-test.ts';
import { stopAtFailure } from '../stop-at-failure.ts';
import { type EncryptionLab, openEncryptionLab } from './encryption-lab.ts';
import { expectFoundAndFixed } from './expect-found.ts';
import { findingsOf, textOf } from './findings.ts';

const test = swarmTest('own').extend(
  'lab',
  { scope: 'file' },
  async ({ swarm }): Promise<EncryptionLab> => await openEncryptionLab(swarm),
);

describe('A check of an encrypted network', { shuffle: false }, () => {
  stopAtFailure();

  test('finds nothing wrong, and examines the encryption', async ({ lab }) => {
    await lab.recover();
    const report = await lab.audit();
    expect(findingsOf(report), textOf(report)).toEqual([]);
    expect(report.coverage.unsupported).not.toContain('encryption of secret');
    expect(report.comparisons.filter(({ name }) => name.startsWith('encryption'))).toMatchObject([
      { name: 'encryption-states', state: 'passed' },
      { name: 'encryption-keys', state: 'passed' },
      { name: 'encryption-rules', state: 'passed' },
    ]);
    expect(report.comparisons.find(({ name }) => name === 'encrypted-packets')).toMatchObject({
      state: 'passed',
      evidence: ['secret: ESP from manager to worker', 'secret: ESP from worker to manager'],
    });
    expect(report).toMatchObject({ verdict: 'healthy' });
  });

  test('has no key of the hosts in its report', async ({ lab }) => {
    const report = JSON.stringify(await lab.audit());
    for (const node of lab.names) {
      const states = await lab.inside(node, 'ip xfrm state');
      const keys = [...states.matchAll(/ 0x([\da-f]{40}) /g)].map(([, key = '']) => key);
      expect(keys.length, node).toBeGreaterThan(1);
      for (const key of keys) expect(report, node).not.toContain(key);
    }
  });

  test.for(encryptionDefects)(
    'finds $code alone, and its fix works: $way',
    async (defect, { lab }) => {
      await lab.recover();
      await expectFoundAndFixed(lab, defect);
    },
  );
});
