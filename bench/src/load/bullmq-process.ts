/** BullMQ's worker, in a process of its own as ours is. Arguments: the port of Redis, the queue's name, the concurrency. */
import { Worker } from 'bullmq';

const [port, queue, concurrency] = process.argv.slice(2);
let handled = 0;
const worker = new Worker(
  queue ?? '',
  // As little as a job can do: the state and the publication of our turns would come on top.
  async () => {
    handled++;
  },
  {
    connection: { host: '127.0.0.1', port: Number(port), maxRetriesPerRequest: null },
    concurrency: Number(concurrency),
    removeOnComplete: { count: 0 },
  },
);
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.({ handled, cpuSeconds: (user + system) / 1e6 });
});
process.on('disconnect', () => process.exit());
await worker.waitUntilReady();
