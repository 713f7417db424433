/** The thread that owns the database. Started by `EmbeddedLink`; never imported. */
import { parentPort, workerData } from 'node:worker_threads';
import { StoreError } from '../../store-error.ts';
import type { FromThread, ToThread } from '../wire.ts';
import { Batches } from './batch.ts';
import { Context } from './context.ts';
import type { ContextOptions } from './context.ts';
import { openDatabase } from './database.ts';
import type { OpenDatabase } from './database.ts';

export interface ThreadOptions extends ContextOptions {
  readonly dataDir: string;
}

function post(message: FromThread): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  parentPort?.postMessage(message);
}

function serve({ db, close }: OpenDatabase, options: ThreadOptions): void {
  const ctx = new Context(db, options);
  const batches = new Batches(db, ctx);
  let lastNow = 0;
  parentPort?.on('message', (message: ToThread) => {
    if (message.type === 'close') {
      close();
      post({ type: 'closed' });
      parentPort?.close();
      return;
    }
    // The machine's clock may be set back; the store's goes on. One that a test steps is obeyed.
    lastNow = message.now ?? Math.max(lastNow, Date.now());
    const results = batches.apply(message.ops, lastNow);
    post({ type: 'done', results, wakes: ctx.wakes.take() });
    batches.sweep(lastNow);
  });
  const version = db.prepare('SELECT sqlite_version() AS version').get();
  post({ type: 'open', sqlite: String(version?.['version']) });
}

function start(): void {
  const options = workerData as ThreadOptions;
  try {
    serve(openDatabase(options.dataDir, options.partitions), options);
  } catch (error) {
    const code = error instanceof StoreError ? error.code : 'internal';
    post({
      type: 'refused',
      code,
      message: error instanceof Error ? error.message : String(error),
    });
    parentPort?.close();
  }
}

start();
