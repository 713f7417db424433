import { allPartitions, type Member } from '@belfry/store';
import { expect, test } from 'vitest';
import { preferencesOf, preferredMember } from './rendezvous.ts';

const both = (id: string): Member => ({ id, roles: ['worker', 'ticker'] });
const P = 256;

test('everyone gets about the same share, and both lanes of a partition the same one', () => {
  const members = ['a', 'b', 'c', 'd'].map((id) => both(id));
  for (const { id } of members) {
    const { message, tick } = preferencesOf(id, members, P);
    expect(message.size).toBeGreaterThan(P / 8);
    expect(message.size).toBeLessThan(P / 2);
    expect(tick).toEqual(message);
  }
});

test('who comes or goes moves only its own share', () => {
  const three = ['a', 'b', 'c'].map((id) => both(id));
  const four = [...three, both('d')];
  for (const partition of allPartitions(P)) {
    const before = preferredMember(partition, 'tick', three);
    const after = preferredMember(partition, 'tick', four);
    expect([before?.id, 'd']).toContain(after?.id);
  }
});

test('lanes go to those with the role, and to anyone when nobody has it', () => {
  const worker: Member = { id: 'w', roles: ['worker'] };
  const ticker: Member = { id: 't', roles: ['ticker'] };
  for (const partition of allPartitions(16)) {
    expect(preferredMember(partition, 'message', [worker, ticker])?.id).toBe('w');
    expect(preferredMember(partition, 'tick', [worker, ticker])?.id).toBe('t');
    expect(preferredMember(partition, 'tick', [worker])?.id).toBe('w');
    expect(preferredMember(partition, 'tick', [])).toBeNull();
  }
});
