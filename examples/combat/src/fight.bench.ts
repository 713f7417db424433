/**
 * How many fights of 300 s does one core play in a second, of either class in every style, with gear in every slot? What does an iteration leave for
 * the garbage collector? And what does it cost to prepare a fight, to compile a rotation, to merge and to summarise results?
 *
 * Run it with `node --conditions=@belfry/source examples/combat/src/fight.bench.ts`; on a machine that is not idle, look at the least time.
 */
import { bench, do_not_optimize, run, summary } from 'mitata';
import { catalog } from './catalog/catalog.ts';
import { prepare } from './fight.ts';
import { merge } from './result/merge.ts';
import { summarize } from './result/summarize.ts';
import { checkRotation } from './rotation/editor.ts';
import { equipped } from './testing/equipped.ts';

const WARM_UP = 3000;
const ROUNDS = 40;
const PER_ROUND = 100;
const MICROSECONDS = 1_000_000;
const SEED = 1;

/** Iterations in a second of CPU time, at best, and bytes of an iteration that are garbage. */
function measure(classId: string, style: string): { perSecond: number; bytes: number } {
  const definition = catalog.classes.find(({ id }) => id === classId);
  if (definition === undefined) throw new Error(classId);
  const fight = prepare({ ...equipped(definition, 3), style, variation: 0 });
  const sink = fight.createSink();
  fight.run({ seed: SEED, from: 0, count: WARM_UP }, sink);
  let best = Infinity;
  const growths: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const heap = process.memoryUsage().heapUsed;
    const before = process.cpuUsage().user;
    fight.run({ seed: SEED, from: 0, count: PER_ROUND }, sink);
    best = Math.min(best, process.cpuUsage().user - before);
    growths.push((process.memoryUsage().heapUsed - heap) / PER_ROUND);
  }
  growths.sort((a, b) => a - b);
  return {
    perSecond: Math.round((PER_ROUND * MICROSECONDS) / best),
    bytes: Math.round(growths[ROUNDS / 2] ?? 0),
  };
}

console.log('fights of 300 s on one core (the best of 40 rounds of 100, by CPU time)\n');
for (const { id: classId } of catalog.classes) {
  for (const { id: style } of catalog.fightStyles) {
    const { perSecond, bytes } = measure(classId, style);
    const rate = perSecond.toLocaleString('en').padStart(7);
    console.log(`${classId.padEnd(13)} ${style.padEnd(10)} ${rate} /s, ${bytes} B of garbage each`);
  }
}
console.log();

for (const definition of catalog.classes) {
  const character = equipped(definition, 3);
  const fight = prepare({ ...character, variation: 0 });
  const sink = fight.createSink();
  let from = 0;
  summary(() => {
    bench(`${definition.id}: an iteration`, () =>
      fight.run({ seed: SEED, from: from++, count: 1 }, sink));
    bench(`${definition.id}: prepare`, () => do_not_optimize(prepare(character)));
    bench(`${definition.id}: check the rotation`, () =>
      do_not_optimize(checkRotation(definition.rotation, definition.id)));
  });
  const [a, b] = [0, 500].map((first) =>
    fight.simulate({ seed: SEED, from: first, count: 500 }),
  ) as [ReturnType<typeof fight.simulate>, ReturnType<typeof fight.simulate>];
  summary(() => {
    bench(`${definition.id}: merge`, () => do_not_optimize(merge(a, b)));
    bench(`${definition.id}: summarise`, () => do_not_optimize(summarize(a)));
    bench(`${definition.id}: read JSON of ${JSON.stringify(a).length} B`, () =>
      do_not_optimize(JSON.parse(JSON.stringify(a))));
  });
}

await run();
