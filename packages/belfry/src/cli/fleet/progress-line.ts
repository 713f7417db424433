import type { WriteStream } from 'node:tty';
import type { JobView } from '@belfry/protocol';
import { bar, jobFacts, shareOf } from './job-text.ts';

const BAR = 28;
/** Without a terminal a line is written when so much more is done, or so much time has passed. */
const STEP = 0.1;
const EVERY_MS = 10_000;

/** Shows how a job gets on: on a terminal a line that changes, elsewhere lines now and then. */
export interface ProgressLine {
  show(view: JobView): void;
  /** Something else, on a line of its own. */
  say(text: string): void;
  /** Leaves the last state standing. */
  end(): void;
}

/** Whether something else than its speed is new. */
function isNews(view: JobView, last: JobView | undefined): boolean {
  if (last === undefined || view.status !== last.status || view.round !== last.round) return true;
  return view.waiting !== last.waiting || shareOf(view) - shareOf(last) >= STEP;
}

/** @param now milliseconds of any clock that goes forward */
export function progressLine(
  out: Pick<WriteStream, 'isTTY' | 'columns' | 'write'>,
  now: () => number,
): ProgressLine {
  let last: JobView | undefined;
  let saidAt = 0;
  let isOpen = false;
  const line = (view: JobView): string => {
    const share = shareOf(view);
    const head = `${String(Math.floor(share * 100)).padStart(3)}%`;
    return `${out.isTTY ? `${bar(share, BAR)} ` : ''}${head}  ${jobFacts(view)}`;
  };
  const clear = (): void => {
    if (isOpen) out.write('\r\u001B[K');
    isOpen = false;
  };
  return {
    show(view) {
      if (out.isTTY) {
        // A longer line would wrap, and stand there for good.
        out.write(`\r\u001B[K${line(view).slice(0, Math.max(20, (out.columns || 80) - 1))}`);
        isOpen = true;
        return;
      }
      if (!isNews(view, last) && now() - saidAt < EVERY_MS) return;
      last = view;
      saidAt = now();
      out.write(`${line(view)}\n`);
    },
    say(text) {
      clear();
      out.write(`${text}\n`);
    },
    end() {
      if (isOpen) out.write('\n');
      isOpen = false;
    },
  };
}
