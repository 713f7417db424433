import { describe, expect, test } from 'vitest';
import { Joiner } from './flusher.ts';

const a = Buffer.from('a');
const b = Buffer.from('b');
const c = Buffer.from('c');

describe('Joiner', () => {
  test('makes the same pieces into one buffer once, and others into another', () => {
    const joiner = new Joiner();
    const first = joiner.join([a, b], 2);
    expect(first.toString()).toBe('ab');
    expect(joiner.join([a, b], 2)).toBe(first);
    expect(joiner.join([b, a], 2).toString()).toBe('ba');
    expect(joiner.join([a, b, c], 3).toString()).toBe('abc');
    expect(joiner.join([a, b], 2).toString()).toBe('ab');
    expect(first.toString()).toBe('ab');
  });

  test('takes pieces for the same only when they are the same objects', () => {
    const joiner = new Joiner();
    const first = joiner.join([a, b], 2);
    expect(joiner.join([a, Buffer.from('b')], 2)).not.toBe(first);
  });

  test('keeps nothing once it has forgotten', () => {
    const joiner = new Joiner();
    const first = joiner.join([a, b], 2);
    joiner.forget();
    expect(joiner.join([a, b], 2)).not.toBe(first);
  });
});
