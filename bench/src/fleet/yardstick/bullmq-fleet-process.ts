/** The parts of a fleet as one would first write it on BullMQ; `BullmqRole` says which one this process is. */
import { QueueEvents, Worker } from 'bullmq';
import { obeyOrders } from '../../load/ordered-process.ts';
import { noop, type Counted } from '../simulations/noop.ts';

export interface BullmqRole {
  /** `worker`: runs chunks. `collector`: puts the results together. */
  readonly type: 'worker' | 'collector';
  readonly port: number;
  readonly queue: string;
  /** Chunks at once, of a worker. */
  readonly concurrency: number;
}

export interface BullmqOrder {
  readonly type: 'figures';
}

export interface BullmqFigures {
  /** Chunks that were run, or put together. */
  readonly done: number;
  readonly result: Counted | null;
}

/** The data of a chunk's job. */
export interface BullmqChunk {
  readonly block: number;
}

const { type, port, queue, concurrency } = JSON.parse(process.argv[2] ?? '') as BullmqRole;
const connection = { host: '127.0.0.1', port, maxRetriesPerRequest: null };
let done = 0;
let result: Counted | null = null;

if (type === 'worker') {
  const worker = new Worker<BullmqChunk, Counted>(
    queue,
    async ({ data: { block } }) => {
      done++;
      return noop.run({
        input: { blocks: 0 },
        roundInput: null,
        seed: 1,
        round: 0,
        block,
        from: block,
        count: 1,
      });
    },
    { connection, concurrency, removeOnComplete: { count: 0 } },
  );
  await worker.waitUntilReady();
} else {
  const events = new QueueEvents(queue, { connection });
  events.on('completed', ({ returnvalue }) => {
    // It comes parsed, though its type is text.
    const value = returnvalue as unknown as Counted;
    result = result === null ? value : noop.merge(result, value);
    done++;
  });
  await events.waitUntilReady();
}

obeyOrders(async (_order: BullmqOrder): Promise<BullmqFigures> => ({ done, result }));
