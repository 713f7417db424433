/*
 * How much of the time do slots work, with 100 nodes whose speeds differ by a factor of ten? In simulated time: every step takes up to `delayMs`.
 *
 *   node --conditions=@belfry/source packages/sentinel/src/fleet-utilisation.bench.ts
 */
import { FleetLab } from './testing/fleet-lab.ts';
import { sums } from './testing/sums.ts';

const SCENARIOS = [
  { delayMs: 10, blocks: 20_000, msPerBlock: 50 },
  { delayMs: 40, blocks: 20_000, msPerBlock: 50 },
  { delayMs: 10, blocks: 20_000, msPerBlock: 5 },
  { delayMs: 10, blocks: 2_000, msPerBlock: 50 },
];

for (const { delayMs, blocks, msPerBlock } of SCENARIOS) {
  const lab = new FleetLab({ seed: 3, simulations: [sums], delayMs });
  for (let i = 0; i < 100; i++) {
    lab.addNode(`n${i}`, { slots: 2, msPerBlock: msPerBlock * 10 ** (i / 99), trusted: true });
  }
  lab.run(100);
  const start = lab.queue.now;
  lab.submit('bench', { simulation: 'sums', input: { rounds: 1, blocks, count: 1 } });
  let nearEnd = 0;
  let view = lab.views.get('bench');
  while (view?.endedAt == null && lab.queue.step(start + 3_600_000)) {
    view = lab.views.get('bench');
    const done = (view?.blocksDone ?? 0) / blocks;
    if (nearEnd === 0 && done >= 0.95) nearEnd = lab.queue.now;
  }
  console.log({
    delayMs,
    blocks,
    msPerBlock,
    job_ms: Math.round(lab.queue.now - start),
    utilisation_until_95_percent: Number(lab.utilisation(start, nearEnd).toFixed(3)),
    utilisation: Number(lab.utilisation(start, view?.endedAt ?? start).toFixed(3)),
    ...view?.counts,
  });
}
