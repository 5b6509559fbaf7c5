import { describe, expect } from 'vitest';
import { pausedContainer } from '../faults/container-faults.ts';
import { frozenEngine } from '../faults/engine-faults.ts';
import { breakCluster, type Fault, inMachine } from '../faults/fault.ts';
import { overlayCommand, startCommand } from '../topology/command.ts';
import type { DiagnosisLab } from './lab.ts';
import type { LabTest } from './lab-test.ts';

/** The time limit of a check in seconds. It is shorter than every timeout of an engine. */
const LIMIT = 6;

/** Additional seconds for start and output on a busy machine. A check that hangs would take minutes. */
const SPARE = 30;

const hangs: readonly {
  readonly what: string;
  readonly fault: (lab: DiagnosisLab) => Fault | Promise<Fault>;
}[] = [
  {
    what: 'the key-value store is paused',
    fault: async ({ engine, provider }) => {
      const { containers } = engine('mh-keystore');
      const [store] = await containers.list();
      return pausedContainer(provider, await containers.find(store?.id ?? ''));
    },
  },
  {
    what: 'an engine is frozen',
    fault: ({ provider }) => frozenEngine(provider, 'third-host'),
  },
  {
    what: 'large packets to a host are dropped',
    fault: ({ provider }) =>
      inMachine(provider, 'third-host', {
        name: 'packets of more than 400 bytes to third-host are dropped',
        inject: 'iptables -I INPUT -m length --length 401:65535 -j DROP',
        undo: 'iptables -D INPUT -m length --length 401:65535 -j DROP',
      }),
  },
];

/** Runs the command itself: its process must exit in time, not only print its result. */
export function describeHangs(test: LabTest): void {
  describe('overlay-e2e check exits within its limit and leaves nothing open', () => {
    for (const { what, fault } of hangs) {
      test(`when ${what}`, async ({ lab }) => {
        await using _broken = await breakCluster(await fault(lab));
        const { exitCode, stderr } = await check(lab.document.store);
        expect(stderr).toContain(`nothing is left open`);
        expect(exitCode, stderr).toBe(1);
      });
    }
  });
}

async function check(store: string) {
  // Runs only if the process exits without a call of `process.exit()`: an open request would prevent it.
  const hook = `process.on('beforeExit', () => console.error('nothing is left open'));`;
  const env = {
    ...process.env,
    NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(hook)}`,
    MACHINE_STORAGE_PATH: store,
    E2E_PROVIDER: 'netns',
  } as Record<string, string>;
  const started = startCommand(overlayCommand, ['check', '--limit', String(LIMIT)], env);
  const late = setTimeout(() => started.signal('SIGKILL', 'group'), (LIMIT + SPARE) * 1000);
  try {
    return await started.ended;
  } finally {
    clearTimeout(late);
  }
}
