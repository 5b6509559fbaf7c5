import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect } from 'vitest';
import { injectFault } from '../../helpers/fault/inject-fault.ts';
import { planFault } from '../../helpers/fault/plan-fault.ts';
import { faultClusterOf } from '../../helpers/topology/target/fault-cluster.ts';
import { labTest } from '../diagnosis/lab-test.ts';

const test = labTest('swarm-mode');

describe('In a swarm with one manager', () => {
  // After ten seconds, workers look for another manager, and return late.
  test.for([0, 10_000])(
    'a killed manager starts its containers again after %i ms',
    async (duration, { lab }) => {
      const request = { name: 'machine-killed', machines: ['master-host'] } as const;
      const plan = planFault(await faultClusterOf(lab.document, lab.provider), request);
      {
        await using _fault = await injectFault(lab.provider, plan);
        await delay(duration);
      }
      const tomcat = await lab.container('master-host', 'tomcat-app');
      expect((await tomcat.inspect()).status).toBe('running');
      await lab.settle();
      expect((await lab.audit()).diagnoses).toEqual([]);
    },
  );
});
