import { statsOf } from './item-stats.ts';
import type { Rating } from './item-stats.ts';
import type { ItemDefinition, ItemSlot, SetDefinition } from './model.ts';

export const sets: readonly SetDefinition[] = [
  {
    id: 'moonless',
    name: 'Moonless Regalia',
    description: 'Worn by Gloamstriders who have seen the hour come round.',
    bonuses: [
      {
        pieces: 2,
        description: 'Thorns hurt 12 % more.',
        modifiers: [{ type: 'damage', percent: 12, of: ['thorn_lash', 'hour_of_thorns'] }],
      },
      {
        pieces: 4,
        description: 'Finishers have a chance of 25 % to make you Moonless: 8 % faster for 8 s.',
        buffs: [
          {
            id: 'moonless',
            name: 'Moonless',
            description: '8 % faster.',
            ms: 8000,
            modifiers: [{ type: 'haste', percent: 8 }],
          },
        ],
        procs: [
          {
            id: 'moonless',
            name: 'Moonless',
            description: 'Four pieces: finishers may make you Moonless.',
            on: 'cast',
            of: ['nightfall_edge', 'hour_of_thorns', 'dusk_dance', 'eclipse_fan'],
            chance: 25,
            effects: [{ type: 'buff', buff: 'moonless' }],
          },
        ],
      },
    ],
  },
  {
    id: 'kilnmaster',
    name: "Kilnmaster's Vestments",
    description: 'Fireproof, which is the point.',
    bonuses: [
      {
        pieces: 2,
        description: 'Slag Bolt and Pyre Ring have 12 points more chance of a critical hit.',
        modifiers: [{ type: 'crit', percent: 12, of: ['slag_bolt', 'pyre_ring'] }],
      },
      {
        pieces: 4,
        description: 'Great spells make you Glowing: 3 % more damage for 10 s, up to four times.',
        buffs: [
          {
            id: 'glowing',
            name: 'Glowing',
            description: '3 % more damage for each stack.',
            ms: 10_000,
            stacks: 4,
            modifiers: [{ type: 'damage', percent: 3 }],
          },
        ],
        procs: [
          {
            id: 'glowing',
            name: 'Glowing',
            description: 'Four pieces: great spells make you glow.',
            on: 'cast',
            of: ['slag_bolt', 'pyre_ring'],
            chance: 100,
            effects: [{ type: 'buff', buff: 'glowing' }],
          },
        ],
      },
    ],
  },
];

type Row = readonly [
  id: string,
  name: string,
  slot: ItemSlot,
  ratings: readonly [Rating, Rating],
  from: string,
];

const TIER_LEVEL = 200;

const MOONLESS: readonly Row[] = [
  ['moonless_veil', 'Moonless Veil', 'head', ['crit', 'focus'], 'last_lamplighter'],
  ['moonless_mantle', 'Moonless Mantle', 'shoulders', ['focus', 'haste'], 'ashen_choir'],
  ['moonless_jerkin', 'Moonless Jerkin', 'chest', ['haste', 'focus'], 'glass_warden'],
  ['moonless_grasp', 'Moonless Grasp', 'hands', ['haste', 'crit'], 'thornmother'],
  ['moonless_stride', 'Moonless Stride', 'legs', ['crit', 'might'], 'undertide'],
];

const KILNMASTER: readonly Row[] = [
  ['kilnmaster_cowl', "Kilnmaster's Cowl", 'head', ['haste', 'focus'], 'last_lamplighter'],
  ['kilnmaster_yoke', "Kilnmaster's Yoke", 'shoulders', ['crit', 'haste'], 'ashen_choir'],
  ['kilnmaster_apron', "Kilnmaster's Apron", 'chest', ['focus', 'crit'], 'glass_warden'],
  ['kilnmaster_mitts', "Kilnmaster's Mitts", 'hands', ['might', 'haste'], 'thornmother'],
  ['kilnmaster_skirts', "Kilnmaster's Skirts", 'legs', ['haste', 'crit'], 'undertide'],
];

function pieces(rows: readonly Row[], set: string, classId: string): ItemDefinition[] {
  return rows.map(([id, name, slot, ratings, from]) => ({
    id,
    name,
    description: 'A piece of a set.',
    slot,
    level: TIER_LEVEL,
    stats: statsOf(slot, TIER_LEVEL, ratings),
    classId,
    set,
    from: [from],
  }));
}

/** The pieces of the two sets. */
export const tier: readonly ItemDefinition[] = [
  ...pieces(MOONLESS, 'moonless', 'gloamstrider'),
  ...pieces(KILNMASTER, 'kilnmaster', 'cinderwright'),
];
