import { Argument, type Command } from 'commander';
import { describeCommand } from '../describe.ts';
import { pictureNames, type PictureName } from '../draw/picture-names.ts';

export function addDraw(program: Command): void {
  const command = program
    .command('draw')
    .summary('draw pictures of the running topology')
    .description(
      'Draws the running topology of the state directory as observed: SVG files that adapt to light and dark pages, and one HTML page with all of them.',
    )
    .addArgument(
      new Argument('[picture...]', 'pictures to draw (default: all)').choices(pictureNames),
    )
    .option(
      '--into <folder>',
      'output folder (default: the folder pictures of this project’s reports)',
    )
    .option('--from <file>', 'draw a support bundle of check instead: topology and paths')
    .option(
      '--json',
      'print the data of the pictures as one JSON document; progress goes to standard error',
    )
    .action(async (names: PictureName[], _options, self: Command) => {
      const { runDraw } = await import('../draw.ts');
      process.exitCode = await runDraw(names, self.optsWithGlobals());
    });
  describeCommand(command, {
    examples: [
      { command: 'overlay-e2e draw', does: 'all pictures and the page' },
      {
        command: 'overlay-e2e draw set-up latencies --into ./pictures',
        does: 'two pictures, into your own folder',
      },
      {
        command: 'overlay-e2e draw --from broken.json.gz',
        does: 'a cluster that someone else has checked',
      },
      { command: 'overlay-e2e draw paths --json', does: 'a picture and its data' },
    ],
    notes: [
      'topology: hosts, key-value store, networks, containers and findings. paths: host × host by protocol. set-up: durations and waits of the set-up. latencies: echoes outside the overlay and over it, and requests to the car service.',
      'All pictures except set-up examine the cluster like check, with one small temporary container on each host. set-up is drawn from the record of up.',
    ],
    exitCodes: [
      { codes: [0], means: 'all requested pictures are drawn' },
      { codes: [1], means: 'a picture could not be drawn; the reason is printed' },
      { codes: [2], means: 'wrong usage or input, or the output could not be written' },
      { codes: [129, 130, 143], means: 'interrupted by a signal; the probes are removed' },
    ],
  });
}
