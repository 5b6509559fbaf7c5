import { afterEach, expect, test } from 'vitest';
import {
  cutWaits,
  limitWait,
  withWholeWaits,
} from '../../../../helpers/process/waits/cut-waits.ts';
import { notYet, waitFor } from '../../../../helpers/process/waits/wait-for.ts';

afterEach(() => cutWaits(undefined));

const because = 'vxlan-blocked: the firewall of worker-host drops VXLAN';

test('a wait that a finding shortens names the finding and its own limit', async () => {
  cutWaits({ limit: 10, because });
  await expect(
    waitFor('tomcat answers', async () => notYet('503'), { limit: 45_000, every: 1 }),
  ).rejects.toThrow(
    `tomcat answers: timed out after 0.01 s (cut short from 45 s because of ${because}); last: 503`,
  );
});

test('a shorter wait keeps its limit', () => {
  cutWaits({ limit: 5_000, because });
  expect(limitWait(1_000)).toEqual({ limit: 1_000, note: '' });
});

test('a check has its full time limit, and later waits are shortened again', async () => {
  cutWaits({ limit: 10, because });
  expect(await withWholeWaits(async () => limitWait(45_000).limit)).toBe(45_000);
  expect(limitWait(45_000).limit).toBe(10);
});

test('without a finding, every wait has its full time limit', () => {
  expect(limitWait(45_000)).toEqual({ limit: 45_000, note: '' });
});
