import { Argument, type Command } from 'commander';
import { describeCommand } from '../describe.ts';

/** Those that there are, in the order in which they are shown. */
export const pictureNames = ['topology', 'paths', 'set-up', 'latencies'] as const;
export type PictureName = (typeof pictureNames)[number];

export function addDraw(program: Command): void {
  const command = program
    .command('draw')
    .summary('draw pictures of the topology that is up')
    .description(
      'Draws the topology that is up in this store out of what is observed: SVG files that are readable in light and dark, and one HTML page with all of them. Without names it draws all pictures.',
    )
    .addArgument(
      new Argument('[picture...]', 'which pictures; all when left out').choices(pictureNames),
    )
    .option(
      '--into <folder>',
      'where the files go; the folder pictures of this project’s reports when left out',
    )
    .option(
      '--json',
      'print what the pictures were drawn from as one JSON document; progress goes to standard error',
    )
    .action(async (names: PictureName[], _options, self: Command) => {
      const { runDraw } = await import('../draw.ts');
      process.exitCode = await runDraw(names, self.optsWithGlobals());
    });
  describeCommand(command, {
    examples: [
      { command: 'overlay-e2e draw', does: 'all pictures, and the page with them' },
      {
        command: 'overlay-e2e draw set-up latencies --into ./pictures',
        does: 'these two, into a folder of your own',
      },
      { command: 'overlay-e2e draw paths --json', does: 'the same as data' },
    ],
    notes: [
      'topology: hosts, store, networks, containers, and what is wrong where. paths: host × host by protocol. set-up: what took how long, and what waited for what. latencies: echoes outside of the overlay and over it, and requests to the car service.',
      'All but set-up look at the cluster as check does, with one small container on each host that is gone afterwards; set-up is drawn from what up recorded.',
    ],
    exitCodes: [
      { codes: [0], means: 'all that was asked for is drawn' },
      { codes: [1], means: 'something could not be drawn, and why is said' },
      { codes: [2], means: 'wrong usage or input, or the output could not be written' },
      { codes: [129, 130, 143], means: 'interrupted by a signal, and the probes taken away' },
    ],
  });
}
