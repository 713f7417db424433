import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyFossilDelta, FossilDeltaError } from './apply-fossil-delta.ts';
import { createFossilDelta } from './create-fossil-delta.ts';

const utf8 = new TextEncoder();
const strict = new TextDecoder('utf-8', { fatal: true });
const bytes = (text: string): Uint8Array => utf8.encode(text);

/** Two texts that have much in common, as two states of a game have: pieces are changed, moved, added and left out. */
const relatedTexts = fc
  .array(fc.oneof(fc.string({ unit: 'grapheme', maxLength: 40 }), fc.lorem({ maxCount: 6 })), {
    maxLength: 20,
  })
  .chain((pieces) =>
    fc
      .array(
        fc.oneof(
          fc.constantFrom(...(pieces.length > 0 ? pieces : [''])),
          fc.string({ unit: 'grapheme' }),
        ),
        {
          maxLength: 25,
        },
      )
      .map((others) => [bytes(pieces.join('')), bytes(others.join(''))] as const),
  );

const anyBytes = fc.uint8Array({ maxLength: 300 });

describe('a Fossil delta', () => {
  it('makes the target of the source', () => {
    fc.assert(
      fc.property(fc.oneof(relatedTexts, fc.tuple(anyBytes, anyBytes)), ([source, target]) => {
        const delta = createFossilDelta(source, target, { maxBytes: target.length * 2 + 100 });
        expect(delta).not.toBeNull();
        expect(applyFossilDelta(source, delta as Uint8Array)).toEqual(Uint8Array.from(target));
      }),
      { numRuns: 500 },
    );
  });

  it('of UTF-8 is UTF-8, so that it can travel as text', () => {
    fc.assert(
      fc.property(relatedTexts, ([source, target]) => {
        const delta = createFossilDelta(source, target, {
          utf8: true,
          maxBytes: target.length * 2 + 100,
        });
        const text = strict.decode(delta as Uint8Array);
        expect(applyFossilDelta(source, bytes(text))).toEqual(Uint8Array.from(target));
      }),
      { numRuns: 500 },
    );
  });

  it('does not cut a character in two where only a part of it has changed', () => {
    // é is c3 a9 and è is c3 a8; 😀 and 😁 differ in their last byte.
    const source = bytes('{"name":"é","face":"😀","long":"the same in both of them"}');
    const target = bytes('{"name":"è","face":"😁","long":"the same in both of them"}');
    const delta = createFossilDelta(source, target, { utf8: true }) as Uint8Array;
    expect(strict.decode(delta)).toContain('è');
    expect(applyFossilDelta(source, delta)).toEqual(target);
  });

  it('is given up when it is not smaller than the target', () => {
    expect(createFossilDelta(bytes('abc'), bytes('xyz'))).toBeNull();
    expect(createFossilDelta(bytes(''), bytes(''))).toBeNull();
    expect(createFossilDelta(bytes('a'.repeat(50)), bytes('z'.repeat(50)))).toBeNull();
    const same = bytes(`{"state":"${'x'.repeat(100)}"}`);
    expect(createFossilDelta(same, same)?.length).toBeLessThan(20);
    expect(createFossilDelta(same, same, { maxBytes: 5 })).toBeNull();
  });

  it('never is longer than asked for', () => {
    fc.assert(
      fc.property(relatedTexts, fc.nat({ max: 200 }), ([source, target], maxBytes) => {
        const delta = createFossilDelta(source, target, { maxBytes });
        expect(delta?.length ?? 0).toBeLessThanOrEqual(maxBytes);
      }),
    );
  });

  it('is small for a state of a game in which little has changed', () => {
    const players = Array.from({ length: 40 }, (_, id) => ({
      id,
      x: id * 1.5,
      y: id * 2.25,
      hp: 100,
    }));
    const before = { tick: 1000, players };
    const after = {
      tick: 1001,
      players: players.map((each) => (each.id % 10 === 0 ? { ...each, x: each.x + 0.5 } : each)),
    };
    const [source, target] = [bytes(JSON.stringify(before)), bytes(JSON.stringify(after))];
    const delta = createFossilDelta(source, target, { utf8: true }) as Uint8Array;
    expect(delta.length).toBeLessThan(target.length / 10);
  });

  it('takes time in proportion to its inputs, whatever they hold', () => {
    const size = 400_000;
    const zeros = new Uint8Array(size);
    // Every block of one is in every bucket of the other, and no match is long.
    const nearly = Uint8Array.from(zeros, (_, i) => (i % 9 === 8 ? 1 : 0));
    const pattern = Uint8Array.from(zeros, (_, i) => (i * i) & 1);
    for (const [source, target] of [
      [zeros, nearly],
      [nearly, zeros],
      [nearly, pattern],
    ] as const) {
      const delta = createFossilDelta(source, target, { maxBytes: size * 2 }) as Uint8Array;
      expect(applyFossilDelta(source, delta)).toEqual(target);
    }
  });
});

describe('applyFossilDelta', () => {
  const source = bytes('0123456789abcdef');
  const apply = (delta: string, maxBytes?: number): Uint8Array =>
    applyFossilDelta(source, bytes(delta), maxBytes);

  it('reads the format as it is published', () => {
    // Copies, literals and the checksum of a delta written by hand.
    const target = bytes('abcdXY0123');
    const sum = [0x61626364, 0x58593031, 0x32330000].reduce((a, b) => (a + b) >>> 0, 0);
    const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz~';
    let written = '';
    for (let left = sum; left > 0; left = Math.floor(left / 64))
      written = `${digits[left % 64]}${written}`;
    expect(apply(`A\n4@A,2:XY4@0,${written};`)).toEqual(target);
  });

  it('refuses what is not a delta of the source, and says why', () => {
    const wrong: [string, string][] = [
      ['', 'no number'],
      ['A', 'ends too early'],
      ['A;', 'line feed'],
      ['4\n4@0,0', 'ends too early'],
      ['4\n4@0,0;', 'checksum'],
      ['4\n4@0;', 'comma'],
      ['4\n4@D,0;', 'past the source'],
      ['4\n5@0,0;', 'more bytes'],
      ['5\n4@0,0;', '4 bytes were made of 5'],
      ['4\n9:abc', 'more bytes'],
      ['9\n9:abc', 'cut short'],
      ['4\n0@0,4@0,0;', 'empty command'],
      ['4\n4?', 'unknown command'],
      ['4\n4', 'ends too early'],
      ['4~~~~~~\n', 'above 2^32'],
      ['0\n0;x', 'follows the end'],
    ];
    for (const [delta, problem] of wrong) {
      expect(() => apply(delta)).toThrow(FossilDeltaError);
      expect(() => apply(delta)).toThrow(problem);
    }
  });

  it('makes no room for a target above the limit', () => {
    expect(() => apply('3~~~~~\n')).toThrow('above the limit of 16777216');
    expect(() => apply('5\n4@0,1:a0;', 4)).toThrow('above the limit of 4');
  });

  it('ends with a result or an error on any bytes', () => {
    const deltaLike = fc
      .array(fc.constantFrom('4', '0', 'A', '~', '\n', '@', ',', ':', ';', 'x'), { maxLength: 30 })
      .map((each) => bytes(each.join('')));
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array(), deltaLike), (delta) => {
        try {
          applyFossilDelta(source, delta, 1000);
        } catch (error) {
          expect(error).toBeInstanceOf(FossilDeltaError);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('does not take a damaged delta for a whole one', () => {
    const target = bytes('0123456789abcdef!0123456789abcdef?');
    const delta = createFossilDelta(source, target) as Uint8Array;
    for (let i = 0; i < delta.length; i++) {
      const damaged = Uint8Array.from(delta);
      damaged[i] = (damaged[i] as number) ^ 1;
      expect(() => applyFossilDelta(source, damaged)).toThrow(FossilDeltaError);
    }
  });
});
