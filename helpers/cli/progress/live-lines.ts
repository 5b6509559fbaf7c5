import { styleText } from 'node:util';
import { createLogUpdate } from 'log-update';
import sliceAnsi from 'slice-ansi';
import { onActivity } from '../../process/activity.ts';
import { endLine, isFollowed, Running, timeOf } from './running.ts';

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/** For a terminal: what is done stays, what goes on now is drawn anew beneath it, a line for each stage and transfer. */
export function showLiveLines(stream: NodeJS.WriteStream, verbose: boolean): () => void {
  // The cursor stays visible: hiding it would hang signal handlers of the library's own on the process.
  const update = createLogUpdate(stream, { showCursor: true });
  const running = new Running();
  const told = new Set<unknown>();
  const paint = (style: Parameters<typeof styleText>[0], text: string) =>
    styleText(style, text, { stream });
  let frame = 0;
  let ours = false;
  const show = (change: () => void) => {
    ours = true;
    change();
    ours = false;
  };

  const draw = () => {
    const room = Math.max((stream.rows ?? 24) - 2, 3);
    const lines = running.lines().map(({ activity, depth }) => {
      const now = running.now(activity);
      const saying = activity.progress ?? now?.title;
      const what = saying === undefined ? '' : paint('dim', `  ${saying}`);
      const mark = paint('cyan', frames[frame % frames.length] ?? '·');
      const line = `${'  '.repeat(depth)}${mark} ${activity.title}  ${paint('dim', timeOf(activity))}${what}`;
      return sliceAnsi(line, 0, (stream.columns ?? 80) - 1);
    });
    show(() => update(lines.slice(-room).join('\n')));
  };

  const keep = (line: string) => {
    show(() => {
      update.clear();
      stream.write(`${line}\n`);
    });
    draw();
  };

  // What others say meanwhile stands above the lines that are drawn anew, and is not drawn over.
  const takeBack = intercept(stream, (write) => {
    if (ours) return write();
    show(() => update.clear());
    const result = write();
    draw();
    return result;
  });

  const stopListening = onActivity({
    start: (activity) => {
      running.add(activity);
      if (isFollowed(activity)) draw();
    },
    end: (activity) => {
      const depth = running.depth(activity);
      running.remove(activity);
      if (isFollowed(activity)) {
        const mark = activity.error === undefined ? paint('green', '✔') : paint('red', '✖');
        keep(`${'  '.repeat(depth)}${mark} ${endLine(activity, told)}`);
      } else if (verbose && activity.kind !== 'wait') {
        keep(`${'  '.repeat(depth)}${paint('dim', `$ ${endLine(activity, told)}`)}`);
      }
    },
  });
  const timer = setInterval(() => {
    frame += 1;
    draw();
  }, 100);
  timer.unref();

  return () => {
    clearInterval(timer);
    stopListening();
    show(() => update.clear());
    takeBack();
  };
}

/** Has each write to the stream go through `around`, until the function that this returns is called. */
function intercept(
  stream: NodeJS.WriteStream,
  around: (write: () => boolean) => boolean,
): () => void {
  const original: unknown = Reflect.get(stream, 'write');
  const write = stream.write.bind(stream);
  stream.write = (...args: unknown[]) =>
    around(() => Reflect.apply(write, stream, args) as boolean);
  return () => {
    Reflect.set(stream, 'write', original);
  };
}
