import type { Push } from '@belfry/protocol';
import { describe, expect, it } from 'vitest';
import { PreparedPush, type PushForm } from './transport.ts';

/** A form that says how often it was asked. */
function counting(byte: number): PushForm & { readonly written: Push[] } {
  const written: Push[] = [];
  return {
    written,
    write(push) {
      written.push(push);
      return Uint8Array.of(byte);
    },
  };
}

describe('PreparedPush', () => {
  it('makes the bytes of each form once, in whatever order they are asked for', () => {
    const push: Push = { type: 'message', dataJson: '1' };
    const forms = [counting(1), counting(2), counting(3)];
    const prepared = new PreparedPush(push);
    const first = forms.map((form) => prepared.as(form));
    expect(first.map((bytes) => [...bytes])).toEqual([[1], [2], [3]]);
    for (const [i, form] of [...forms.entries()].reverse()) {
      expect(prepared.as(form)).toBe(first[i]);
    }
    expect(forms.map((form) => form.written)).toEqual([[push], [push], [push]]);
  });

  it('keeps an empty form', () => {
    const prepared = new PreparedPush({ type: 'message', dataJson: '1' });
    let asked = 0;
    const empty: PushForm = { write: () => new Uint8Array(asked++) };
    expect(prepared.as(empty)).toBe(prepared.as(empty));
    expect(asked).toBe(1);
  });
});
