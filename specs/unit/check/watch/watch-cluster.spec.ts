import { expect, test } from 'vitest';
import type { Diagnosis } from '../../../../helpers/check/model/diagnosis.ts';
import type { AuditReport, AuditVerdict } from '../../../../helpers/check/model/report.ts';
import type { Round } from '../../../../helpers/check/watch/changes.ts';
import { watchCluster } from '../../../../helpers/check/watch/watch-cluster.ts';

function report(verdict: AuditVerdict, ...codes: readonly Diagnosis['code'][]): AuditReport {
  const diagnoses = codes.map((code): Diagnosis => {
    return { code, where: { host: 'a', peer: 'b' }, summary: 'x', evidence: [], consequences: [] };
  });
  return {
    target: '',
    startedAt: '',
    milliseconds: 0,
    verdict,
    diagnoses,
    comparisons: [],
  } as unknown as AuditReport;
}

/** Returns the messages of a watch with these results, until an interruption in the last round. */
async function watchRounds(
  results: readonly (AuditReport | Error)[],
): Promise<(readonly string[])[]> {
  const over = new AbortController();
  const told: (readonly string[])[] = [];
  let rounds = 0;
  const watching = watchCluster({
    every: 1,
    signal: over.signal,
    audit: async () => {
      const result = results[rounds];
      rounds += 1;
      if (result === undefined) over.abort(new Error('interrupted'));
      over.signal.throwIfAborted();
      if (result instanceof Error) throw result;
      return await Promise.resolve(result as AuditReport);
    },
    tell: async (_round: Round, changes) => {
      await Promise.resolve(told.push(changes));
    },
    readerGone: new AbortController().signal,
  });
  await expect(watching).rejects.toThrow('interrupted');
  return told;
}

test('a watch reports the first round, and then only changes', async () => {
  const healthy = report('healthy');
  expect(
    await watchRounds([
      healthy,
      healthy,
      report('defects', 'vxlan-blocked'),
      report('defects', 'vxlan-blocked'),
      report('defects', 'mtu-black-hole'),
      new Error('no answer\nmore'),
      new Error('no answer\nmore'),
      healthy,
      report('incomplete'),
    ]),
  ).toEqual([
    [],
    ['✖ new: vxlan-blocked, a → b: x', 'result: defects'],
    ['✔ resolved: vxlan-blocked, a → b: x', '✖ new: mtu-black-hole, a → b: x'],
    ['? check failed: no answer'],
    ['result: healthy'],
    ['result: incomplete'],
  ]);
});

test('a watch ends with its last round if its output is closed', async () => {
  const last = report('defects', 'vxlan-blocked');
  const ended = watchCluster({
    every: 60_000,
    signal: new AbortController().signal,
    audit: async () => await Promise.resolve(last),
    tell: async () => await Promise.resolve(),
    readerGone: AbortSignal.abort(),
  });
  expect(await ended).toEqual({ report: last });
});
