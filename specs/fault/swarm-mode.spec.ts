import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect } from 'vitest';
import { labTest } from '../diagnosis/lab-test.ts';
import { inject } from './run-fault.ts';

const test = labTest('swarm-mode');

describe('In a swarm with one manager', () => {
  // After ten seconds, workers look for another manager, and return late.
  test.for([0, 10_000])(
    'a killed manager starts its containers again after %i ms',
    async (duration, { lab }) => {
      const request = { name: 'machine-killed', machines: ['master-host'] } as const;
      {
        await using _fault = await inject(lab, request);
        await delay(duration);
      }
      const tomcat = await lab.container('master-host', 'tomcat-app');
      expect((await tomcat.inspect()).status).toBe('running');
      await lab.settle();
      expect((await lab.audit()).diagnoses).toEqual([]);
    },
  );
});
