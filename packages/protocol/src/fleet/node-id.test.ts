import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { nodeIdOf } from './node-id.ts';

test('the id of a node is made of its key', () => {
  const key = Uint8Array.from({ length: 32 }, (_, index) => index);
  const hash = createHash('sha256').update(key).digest();
  expect(nodeIdOf(hash)).toBe('n-mmg42klgyqzwneiskrelxms3j7');
  expect(() => nodeIdOf(hash.subarray(0, 16))).toThrow('not 16');
});
