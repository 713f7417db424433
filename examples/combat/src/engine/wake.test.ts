/**
 * Whether `wakeTime` misses a moment: the same fights are played by an engine that looks at its rotation again every millisecond. Looking throws no
 * dice, so all that happens must be the same.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Fight, prepare as prepareFight } from '../fight.ts';
import { arbitraryCharacter } from '../testing/arbitrary-character.ts';
import type { Machine } from './machine.ts';

let prepare: typeof prepareFight;
let prepareRestless: typeof prepareFight;
let looks = 0;

beforeAll(async () => {
  ({ prepare } = await import('../fight.ts'));
  vi.resetModules();
  vi.doMock('./wake.ts', () => ({
    wakeTime(m: Machine) {
      looks++;
      return m.now + 1;
    },
  }));
  ({ prepare: prepareRestless } = await import('../fight.ts'));
});

afterAll(() => vi.doUnmock('./wake.ts'));

const play = (fight: Fight): string =>
  JSON.stringify(fight.simulate({ seed: 1, from: 0, count: 1 }));

describe('waiting for the right moment', () => {
  test('comes to the same as looking every millisecond', () => {
    fc.assert(
      fc.property(arbitraryCharacter, (someone) => {
        const character = { ...someone, duration: 40 };
        expect(play(prepare(character))).toBe(play(prepareRestless(character)));
      }),
      { numRuns: 40, endOnFailure: true },
    );
    expect(looks).toBeGreaterThan(10_000);
  });

  const conditions = [
    'vigor > 62',
    'vigor.deficit < 31',
    'vigor.full_in <= 2500ms',
    'cooldown.veil_step.charges >= 1 and cooldown.veil_step.remains < 4s',
    'cooldown.veil_step.charges == 1',
    'cooldown.umbral_hour.ready',
    'not cooldown.umbral_hour.ready and cooldown.umbral_hour.remains <= 90s',
    'dot.thorn_lash.remains < 3.5s',
    'dot.thorn_lash.refreshable or not dot.hour_of_thorns.active',
    'buff.dusk_dance.remains < 2s and dot.thorn_lash.targets <= 1',
    'target.health < 71.5% and omens < 3',
    'time > 17s and time <= 18.25s or time == 23s',
    'fight.remains < 11s',
    'not moving and movement.in > 3s',
    'adds.in < 2s or adds.remains > 4s',
    'trinket1.ready or trinket1.ready_in > 50s and trinket1.remains < 3s',
    'min(vigor, 50) >= 50 and not last.quick_cut',
  ];

  test.each(conditions)('%s', (condition) => {
    // Nothing but the condition makes it act: sums of what drifts are left out, these are looked at every 100 ms.
    const isPolled = condition.includes('min(');
    const rotation = [
      'cast umbral_hour if time < 1s',
      'cast veil_step if time < 1s',
      'use trinket1 if time < 5s',
      'cast thorn_lash if not dot.thorn_lash.active and time < 20s',
      'cast dusk_dance if omens >= 3',
      `cast quick_cut if ${condition}`,
    ].join('\n');
    for (const style of ['patchwork', 'adds', 'movement']) {
      const character = {
        class: 'gloamstrider',
        gear: { trinket1: 'cracked_tongue' },
        rotation,
        style,
        duration: 40,
      };
      const patient = play(prepare(character));
      expect(patient).toContain('quick_cut');
      if (!isPolled) expect(patient).toBe(play(prepareRestless(character)));
    }
  });
});
