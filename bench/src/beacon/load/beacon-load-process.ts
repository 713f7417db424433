/** The load generator: a process of its own, driven by messages from the one that measures. */
import { Generator } from './generator.ts';
import type { LoadOrder } from './protocol.ts';

const generator = new Generator();

process.on('message', ({ id, order }: { id: number; order: LoadOrder }) => {
  generator.obey(order).then(
    (answer) => process.send?.({ id, answer }),
    (error: unknown) => process.send?.({ id, error: String(error) }),
  );
});
process.on('disconnect', () => process.exit());
process.send?.({ id: 0, answer: null });
