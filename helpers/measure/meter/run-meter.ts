import { PassThrough } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { MachineProvider } from '../../machine/machine.ts';
import { activity } from '../../process/activity.ts';
import { firstLine } from '../../process/errors/harness-error.ts';
import { type MeterLine, readMeterLine } from './meter-lines.ts';

export interface MeterOptions {
  readonly machine: string;
  /** Distinguishes the packets of this measurement: lower-case letters and digits. */
  readonly run: string;
  /** Returns the containers and paths at each start: meter.pl. */
  readonly words: () => readonly string[];
  readonly program: string;
  /** Seconds after which it ends by itself, even if nothing stops it. */
  readonly lifetime: number;
  readonly signal: AbortSignal;
  /** Receives each line, with the milliseconds to add to its times for those of this computer. */
  readonly onLine: (line: MeterLine, offset: number) => void;
  /** Receives a function that sends a line to the running meter, at each start. */
  readonly onStart: (tell: (line: string) => void) => void;
  /** Receives the reason each time the meter ends early: its machine was killed. */
  readonly onEnd: (why: string) => void;
}

/** Milliseconds between an early end and the next start. */
const RESTART_PAUSE = 300;

/** Runs the meter on a machine until the signal aborts, and starts it again when the machine does. */
export async function runMeter(
  provider: MachineProvider,
  { machine, run, words, program, lifetime, signal, onLine, onStart, onEnd }: MeterOptions,
): Promise<void> {
  await activity(
    'command',
    `${machine}: measure`,
    async () => {
      while (!signal.aborted) {
        let unread = '';
        let offset: number | undefined;
        const input = new PassThrough();
        input.write(program);
        const onOutput = (text: string) => {
          const now = Date.now();
          const lines = (unread + text).split('\n');
          unread = lines.pop() ?? '';
          for (const line of lines.map(readMeterLine)) {
            if (line?.kind === 'ready') offset = now - line.at;
            if (line !== undefined && offset !== undefined) onLine(line, offset);
            // Perl has read the whole program: further lines are for the program.
            if (line?.kind === 'ready') {
              onStart((order) => {
                if (!input.destroyed) input.write(`${order}\n`);
              });
            }
          }
        };
        try {
          await provider.run(machine, ['perl', '-', run, `${lifetime}`, ...words()], {
            title: `${machine}: measure`,
            openInput: input,
            signal,
            onOutput,
          });
          onEnd('the meter ended');
        } catch (error) {
          if (signal.aborted) return;
          onEnd(firstLine(error));
        }
        await delay(RESTART_PAUSE, undefined, { signal }).catch(() => undefined);
      }
    },
    { machine },
  );
}
