import { engineLog } from '../../../machine/engine-log.ts';
import { openProvider } from '../../../machine/choose-provider.ts';
import type { OutputPart } from '../../../docker/containers/read-output.ts';
import { InterruptionWatch } from '../../../process/errors/interruption.ts';
import { printableLines } from '../../../process/text/printable.ts';
import { readLines } from '../../../process/text/read-lines.ts';
import { openRunning } from '../../../topology/target/running-places.ts';
import { reportFailure } from '../failure.ts';

export interface LogsOptions {
  readonly tail: number;
  readonly follow?: boolean;
}

/** Runs `overlay-e2e logs NAME`: of a container, or of a machine's engine. Returns the exit code. */
export async function runLogs(
  name: string,
  { tail, follow = false }: LogsOptions,
): Promise<number> {
  using watch = new InterruptionWatch();
  const { signal } = watch;
  try {
    const provider = await openProvider();
    using running = await openRunning(provider, `logs of ${name}`);
    const place = await running.find(name);
    if (place.kind === 'machine') {
      const { stdout } = await provider.run(name, ['sh', '-c', engineLog], { signal });
      print(stdout.trimEnd().split('\n').slice(-tail).join('\n'));
      return 0;
    }
    const { container } = place;
    if (!follow) {
      print(await container.logs({ lines: tail, signal }));
      return 0;
    }
    const output = await container.followLogs({ lines: tail, signal });
    // A log may contain anything that the container was sent.
    for await (const line of readLines(bytesOf(output))) console.log(printableLines(line));
    return 0;
  } catch (error) {
    return reportFailure(watch.interrupted ?? error);
  }
}

async function* bytesOf(output: AsyncIterable<OutputPart>): AsyncGenerator<Uint8Array> {
  for await (const { bytes } of output) yield bytes;
}

function print(text: string): void {
  if (text.trimEnd() !== '') console.log(printableLines(text.trimEnd()));
}
