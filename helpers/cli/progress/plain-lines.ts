import { type Activity, onActivity } from '../../process/activity.ts';
import { endLine, formatTime, isFollowed, Running, timeOf } from './running.ts';

/** Milliseconds without a line after which what still goes on is told again. */
const patience = 10_000;

/** For logs: a line when a stage has ended, when a transfer begins, and now and then what still goes on. */
export function showPlainLines(stream: NodeJS.WritableStream, verbose: boolean): () => void {
  const beganAt = Date.now();
  const running = new Running();
  const told = new Set<unknown>();
  let lastLineAt = beganAt;

  const print = (depth: number, text: string) => {
    lastLineAt = Date.now();
    const at = formatTime(lastLineAt - beganAt).padStart(8);
    stream.write(`[${at}] ${'  '.repeat(depth)}${text}\n`);
  };

  const stopListening = onActivity({
    start: (activity) => {
      running.add(activity);
      if (activity.kind === 'transfer') print(running.depth(activity), `${activity.title} …`);
    },
    end: (activity) => {
      const depth = running.depth(activity);
      running.remove(activity);
      if (isFollowed(activity)) {
        print(depth, `${activity.error === undefined ? '' : '✖ '}${endLine(activity, told)}`);
      } else if (verbose && activity.kind !== 'wait') {
        print(depth, `$ ${endLine(activity, told)}`);
      }
    },
  });
  const timer = setInterval(() => {
    if (Date.now() - lastLineAt < patience) return;
    for (const { activity, depth } of running.lines()) print(depth, stillLine(activity, running));
  }, 1000);
  timer.unref();

  return () => {
    clearInterval(timer);
    stopListening();
  };
}

function stillLine(activity: Activity, running: Running): string {
  const told = activity.progress ?? running.now(activity)?.title;
  const what = told === undefined ? '' : ` (${told})`;
  return `still at ${activity.title}${what}, for ${timeOf(activity)}`;
}
