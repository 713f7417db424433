import { appendFileSync, readFileSync } from 'node:fs';
import { openRedisStore } from '@belfry/store';
import { z } from 'zod';
import { defineConsumer } from '../define-consumer.ts';
import { createRunner } from './create-runner.ts';

/*
 * Test support: a process that writes down what its consumer is given. The first two such processes kill themselves after a batch, before
 * anything of it is committed. Arguments: the Redis URL, an id, and the file.
 */

const [url = '', id = '', file = ''] = process.argv.slice(2);

const notes = defineConsumer('notes', {
  schema: z.int(),
  batch: 10,
  async handle(batch) {
    for (const { data, key } of batch) appendFileSync(file, `${data} ${key} ${process.pid}\n`);
    const processes = new Set(
      readFileSync(file, 'utf8')
        .trim()
        .split('\n')
        .map((line) => line.split(' ')[2]),
    );
    if (processes.size < 3) process.kill(process.pid, 'SIGKILL');
  },
});

const store = await openRedisStore({ url, partitions: 16 });
const runner = createRunner({
  store,
  actors: [notes],
  roles: ['worker', 'ticker'],
  id,
  secret: 'secret',
  historyFor: () => ({ size: 0, ttlMs: 0, metaTtlMs: 0 }),
  options: { leaseMs: 500, sweepMs: 500, sweepOverdueMs: 100 },
});
await runner.run();
process.send?.('running');
