import type { SetTimer } from '../agent/ports.ts';
import { tell } from './worker-executor.ts';
import type { FromWorker } from './worker-messages.ts';

/**
 * Timers that are on time in a tab that nobody looks at: browsers let those of a page run once a minute, and those of a worker as ever. A node that says only
 * once a minute that it lives counts as dead.
 */
export class WorkerTimer {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, () => void>();
  #next = 1;

  constructor(worker: Worker) {
    this.#worker = worker;
    worker.onmessage = ({ data }: MessageEvent<FromWorker>): void => {
      if (data.type !== 'woken') return;
      const run = this.#waiting.get(data.id);
      this.#waiting.delete(data.id);
      run?.();
    };
  }

  readonly set: SetTimer = (run, ms) => {
    const id = this.#next++;
    this.#waiting.set(id, run);
    tell(this.#worker, { type: 'wake', id, ms });
    return () => void this.#waiting.delete(id);
  };

  close(): void {
    this.#worker.terminate();
    this.#waiting.clear();
  }
}
