import { describe, expect, it } from 'vitest';
import { channelPattern, PatternError } from './channel-pattern.ts';

const cases: readonly (readonly [
  pattern: string,
  yes: readonly string[],
  no: readonly string[],
])[] = [
  ['', ['', 'a', 'chat:1'], []],
  ['chat', ['chat'], ['chat:1', 'cha']],
  ['chat:*', ['chat:', 'chat:1', 'chat:a:b'], ['chat', 'xchat:1']],
  ['**:1', ['chat:1', ':1'], ['chat:12']],
  ['a*b*c', ['abc', 'axxbxxbxc'], ['abcd', 'acb']],
  ['room-?', ['room-1'], ['room-', 'room-12']],
  ['[a-c]x[!0-9]', ['axy', 'cx-'], ['dxy', 'ax1']],
  ['{chat,news}:{a,b}*', ['chat:a', 'news:bob'], ['chat:c', 'other:a']],
  ['\\*\\{', ['*{'], ['x{']],
];

describe('channelPattern', () => {
  it.each(cases)('%j matches what it should and nothing else', (pattern, yes, no) => {
    const matches = channelPattern(pattern);
    expect(yes.filter((each) => !matches(each))).toEqual([]);
    expect(no.filter((each) => matches(each))).toEqual([]);
  });

  it.each(['{a', 'a}', '[a', '{a,b}'.repeat(10), 'x'.repeat(2_000)])(
    'refuses %j, saying why',
    (pattern) => {
      expect(() => channelPattern(pattern)).toThrow(PatternError);
    },
  );

  it('takes no longer for stars that match nothing', () => {
    const matches = channelPattern(`${'*a'.repeat(100)}b`);
    expect(matches('a'.repeat(10_000))).toBe(false);
  });
});
