import { printable } from '../../process/text/printable.ts';
import { type Activity, onActivity } from '../../process/activity.ts';
import { commandInWords, formatTime, isCommand, timeOf } from './in-words.ts';
import { lineInWords } from './log-line.ts';
import { painterFor } from './painter.ts';
import { isFollowed } from './running.ts';
import { Scene } from './scene.ts';

/** Milliseconds without a line until running activities are printed again. Only activities of at least this age are. */
const patience = 10_000;

/** The begin, after its time, of a line that repeats a running activity. */
export const reminder = 'still at ';

/** Shows progress in logs: a line when a stage ends, when a transfer begins, and for long-running activities. */
export function showPlainLines(stream: NodeJS.WritableStream, verbose: boolean): () => void {
  const beganAt = Date.now();
  const scene = new Scene();
  const paint = painterFor(stream);
  let lastLineAt = beganAt;

  const print = (text: string) => {
    lastLineAt = Date.now();
    const at = formatTime(lastLineAt - beganAt).padStart(8);
    stream.write(`${paint('dim', `[${at}]`)} ${text}\n`);
  };

  const stopListening = onActivity({
    start: (activity) => {
      scene.start(activity);
      if (!isFollowed(activity) || activity.kind !== 'transfer') return;
      print(`${indentOf(activity, scene)}${printable(activity.title)} …`);
    },
    end: (activity) => {
      const indent = indentOf(activity, scene);
      const kept = scene.end(activity);
      for (const line of kept) print(paintState(line.state, lineInWords(line)));
      if (!verbose || kept.length > 0 || !isCommand(activity)) return;
      const why = scene.why(activity);
      print(`${indent}${commandInWords(activity)}${why === undefined ? '' : `  ${why}`}`);
    },
  });
  const paintState = (state: 'running' | 'done' | 'failed', text: string) =>
    state === 'failed' ? paint('red', text) : text;
  const timer = setInterval(() => {
    const before = Date.now() - patience;
    if (lastLineAt > before) return;
    for (const activity of scene.running.all.filter(isFollowed)) {
      if (activity.startedAt > before) continue;
      print(`${indentOf(activity, scene)}${stillLine(activity, scene)}`);
    }
  }, 1000);
  timer.unref();

  return () => {
    clearInterval(timer);
    stopListening();
  };
}

function indentOf(activity: Activity, { running }: Scene): string {
  return '  '.repeat(running.depth(activity));
}

function stillLine(activity: Activity, { running }: Scene): string {
  const told = activity.progress ?? running.now(activity)?.title;
  const what = told === undefined ? '' : ` (${told})`;
  return `${reminder}${printable(`${activity.title}${what}`)}, for ${timeOf(activity)}`;
}
