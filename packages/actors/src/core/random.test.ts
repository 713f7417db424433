import { expect, test } from 'vitest';
import { createRandom } from './random.ts';

test('draws are spread evenly, also over seeds that differ in one character', () => {
  const buckets = Array.from({ length: 16 }, () => 0);
  for (let seed = 0; seed < 2_000; seed++) {
    const random = createRandom(`secret\nmatch/42\n${seed}`);
    for (let i = 0; i < 8; i++) {
      const bucket = Math.floor(random.next() * 16);
      buckets[bucket] = (buckets[bucket] ?? 0) + 1;
    }
  }
  // 1,000 each are expected; 150 is more than four standard deviations.
  for (const count of buckets) expect(Math.abs(count - 1000)).toBeLessThan(150);
});

test('a restored generator draws again what it drew', () => {
  const random = createRandom('seed');
  const fresh = random.save();
  const first = [random.next(), random.next()];
  const middle = random.save();
  const second = [random.next(), random.next()];
  random.restore(middle);
  expect([random.next(), random.next()]).toEqual(second);
  random.restore(fresh);
  expect([random.next(), random.next()]).toEqual(first);
});
