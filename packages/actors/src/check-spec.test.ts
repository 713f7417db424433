import { expect, test } from 'vitest';
import { z } from 'zod';
import { defineActor } from './define-actor.ts';

const initial = () => ({ n: 0 });

function define(spec: unknown): unknown {
  return defineActor('chat', spec as { initial: () => object });
}

test('a spec with everything that there is is taken', () => {
  const spec = {
    control: z.strictObject({}),
    server: z.string(),
    user: z.string(),
    // A schema may be a function, as those of some libraries are.
    internal: Object.assign(() => undefined, {
      '~standard': { version: 1, vendor: 'own', validate: (value: unknown) => ({ value }) },
    }),
    creation: 'explicit',
    initial,
    onCreate() {},
    onMessage() {},
    onInternal() {},
    onPresence() {},
    onTick() {},
    tick: { hz: 10, late: { catchUp: 3 }, autostart: false },
    inboxLimit: 1,
    maxAttempts: 100,
    maxTickFailures: undefined,
  };
  expect(define(spec)).toMatchObject({ kind: 'chat', spec });
});

test.each<[string, unknown, RegExp]>([
  ['nothing', undefined, /^actor chat: the spec is undefined; it must be an object$/],
  ['no initial state', {}, /^actor chat: initial is missing; .*initial: \(\) => /],
  ['an initial state that is no function', { initial: {} }, /initial is an object; .*a function/],
  ['a handler that is none', { initial, onTick: 5 }, /onTick is 5; it must be a function/],
  [
    'a misspelt handler',
    { initial, onMesage() {} },
    /onMesage: unknown key\. Did you mean onMessage\?/,
  ],
  ['a key in the wrong case', { initial, inboxlimit: 3 }, /Did you mean inboxLimit\?/],
  ['a key of its own', { initial, colour: 1 }, /colour: unknown key; there are control, server, /],
  [
    'an asynchronous handler',
    { initial, async onMessage() {} },
    /onMessage is asynchronous; a turn/,
  ],
  ['an asynchronous initial state', { initial: async () => ({}) }, /initial is asynchronous/],
  ['a generator', { initial, *onTick() {} }, /onTick is a generator/],
  [
    'a schema that is none',
    { initial, control: { type: 'say' } },
    /control is an object; .*schema/,
  ],
  ['a schema that is null', { initial, server: null }, /server is null; it must be a schema/],
  ['an unknown way of creation', { initial, creation: 'lazy' }, /creation is "lazy"/],
  ['a tick that is a number', { initial, tick: 10 }, /tick is 10; .*\{ hz: 10 \}/],
  ['a tick without a rate', { initial, tick: {} }, /tick\.hz is undefined; .*at most 250/],
  ['a misspelt key of the tick', { initial, tick: { hz: 1, lat: 1 } }, /tick\.lat: unknown key/],
  ['an unknown policy', { initial, tick: { hz: 1, late: 'never' } }, /tick\.late is "never"/],
  ['a limit that is no count', { initial, inboxLimit: 0.5 }, /inboxLimit is 0\.5; .* 1 to 1000000/],
])('%s is refused', (_name, spec, reason) => {
  expect(() => define(spec)).toThrow(reason);
});

test('everything that is wrong is told at once', () => {
  expect(() => define({ onTick: 1, server: 2 })).toThrow(/initial .*; onTick .*; server /);
});
