import { onActivity } from '../../process/activity.ts';
import { Frame } from './frame.ts';
import { commandInWords, isCommand } from './in-words.ts';
import { align, fitIn, layOut } from './lay-out.ts';
import { painterFor } from './painter.ts';
import { isFollowed } from './running.ts';
import { type Line, Scene } from './scene.ts';

const spinners = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

export interface LiveOptions {
  readonly verbose: boolean;
  /** Further streams that lead to the same terminal. */
  readonly others: readonly NodeJS.WriteStream[];
  /** Returns more lines, shown above those of activities. */
  readonly more?: (() => readonly Line[]) | undefined;
}

/**
 * Shows progress on a terminal: finished activities stay, and the running ones are redrawn below them, with one line for
 * each stage, transfer and machine.
 */
export function showLiveLines(
  stream: NodeJS.WriteStream,
  { verbose, others, more = () => [] }: LiveOptions,
): () => void {
  const frame = new Frame(stream, others);
  const scene = new Scene();
  const paint = painterFor(stream);
  let turn = 0;

  const lines = () => {
    const { width, height } = frame;
    const followed = [...more(), ...scene.followed()].slice(0, height);
    const { shown, hidden } = fitIn(align(scene.machines()), height - followed.length);
    const spinner = spinners[turn % spinners.length];
    return [
      ...[...followed, ...shown].map((line) => layOut(line, width, paint, spinner)),
      ...(hidden === '' ? [] : [paint('dim', `    ${hidden}`)]),
    ];
  };
  const keep = (text: string) => frame.print(text, lines());

  const stopListening = onActivity({
    start: (activity) => {
      scene.start(activity);
      if (isFollowed(activity)) frame.draw(lines());
    },
    end: (activity) => {
      const indent = '  '.repeat(scene.running.depth(activity));
      const { machine, error } = activity;
      const kept = scene.end(activity);
      // A machine's stage is part of its line, unless it failed: readers search for failures.
      if (machine === undefined || error !== undefined) {
        const machines = align(kept.slice(0, -1));
        for (const line of [...machines, ...kept.slice(-1)])
          keep(layOut(line, line.done === '' ? Infinity : frame.width, paint));
      }
      if (verbose && kept.length === 0 && isCommand(activity)) {
        const why = scene.why(activity);
        keep(
          `${indent}${paint('dim', commandInWords(activity))}${why === undefined ? '' : `  ${why}`}`,
        );
      }
    },
  });
  const redraw = () => frame.draw(lines());
  const timer = setInterval(() => {
    turn += 1;
    redraw();
  }, 100);
  timer.unref();
  stream.on('resize', redraw);

  return () => {
    clearInterval(timer);
    stream.off('resize', redraw);
    stopListening();
    frame.end();
  };
}
