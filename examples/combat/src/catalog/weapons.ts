import { statsOf } from './item-stats.ts';
import type { Rating } from './item-stats.ts';
import type { ItemDefinition, ItemSlot, WeaponKind } from './model.ts';

interface Row extends Pick<ItemDefinition, 'buffs' | 'procs' | 'use' | 'unique'> {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly kind: WeaponKind;
  readonly level: number;
  readonly ratings: readonly [Rating, Rating];
  readonly from: string;
}

const SLOT: Readonly<Record<WeaponKind, ItemSlot>> = {
  blade: 'weapon',
  greatblade: 'two_hand',
  wand: 'weapon',
  staff: 'two_hand',
  orb: 'off_hand',
};
/** ms between two swings; an orb is only held. */
const SPEED: Readonly<Record<WeaponKind, number>> = {
  blade: 2400,
  greatblade: 3400,
  wand: 1800,
  staff: 3000,
  orb: 0,
};
/** Damage in a second for each level of the item. */
const DAMAGE_PER_LEVEL = 0.9;
const SPREAD = 0.25;
const MS_PER_SECOND = 1000;

const ROWS: readonly Row[] = [
  {
    id: 'tollkeeper',
    name: 'Tollkeeper',
    description: 'A short blade with notches for what is owed.',
    kind: 'blade',
    level: 198,
    ratings: ['haste', 'crit'],
    from: 'undertide',
  },
  {
    id: 'hedgeknife',
    name: 'Hedgeknife',
    description: 'Auto-attacks leave a thorn about twice a minute, which does 900 damage at once.',
    kind: 'blade',
    level: 204,
    ratings: ['focus', 'crit'],
    from: 'thornmother',
    unique: true,
    procs: [
      {
        id: 'hedgeknife',
        name: 'Left thorn',
        description: 'A thorn breaks off.',
        on: 'swing',
        perMinute: 2,
        effects: [{ type: 'damage', flat: 900 }],
      },
    ],
  },
  {
    id: 'wickcutter',
    name: 'Wickcutter',
    description: 'Trims what burns too long.',
    kind: 'blade',
    level: 204,
    ratings: ['crit', 'might'],
    from: 'last_lamplighter',
  },
  {
    id: 'guildwrought_blade',
    name: 'Guildwrought Blade',
    description: 'Plain, and pays for itself.',
    kind: 'blade',
    level: 186,
    ratings: ['haste', 'focus'],
    from: 'guild_forge',
  },
  {
    id: 'bellrope_cleaver',
    name: 'Bellrope Cleaver',
    description: 'It takes both hands, and a run-up.',
    kind: 'greatblade',
    level: 204,
    ratings: ['might', 'haste'],
    from: 'hollow_bell',
  },
  {
    id: 'cinder_taper',
    name: 'Cinder Taper',
    description: 'Burns without getting shorter.',
    kind: 'wand',
    level: 204,
    ratings: ['haste', 'crit'],
    from: 'last_lamplighter',
  },
  {
    id: 'tuning_rod',
    name: 'Tuning Rod',
    description: 'Gives the note that the choir could not agree on.',
    kind: 'wand',
    level: 198,
    ratings: ['focus', 'might'],
    from: 'ashen_choir',
  },
  {
    id: 'guildwrought_wand',
    name: 'Guildwrought Wand',
    description: 'Plain, and pays for itself.',
    kind: 'wand',
    level: 186,
    ratings: ['crit', 'focus'],
    from: 'guild_forge',
  },
  {
    id: 'staff_of_the_drowned_light',
    name: 'Staff of the Drowned Light',
    description: 'Used: 260 power for 15 s, every two minutes.',
    kind: 'staff',
    level: 204,
    ratings: ['focus', 'haste'],
    from: 'undertide',
    buffs: [
      {
        id: 'drowned_light',
        name: 'Drowned Light',
        description: '260 power.',
        ms: 15_000,
        modifiers: [{ type: 'stat', stat: 'power', amount: 260 }],
      },
    ],
    use: { cooldown: 120_000, effects: [{ type: 'buff', buff: 'drowned_light' }] },
  },
  {
    id: 'observatory_spar',
    name: 'Observatory Spar',
    description: 'A beam of the dome, and it still points north.',
    kind: 'staff',
    level: 198,
    ratings: ['crit', 'might'],
    from: 'glass_warden',
  },
  {
    id: 'unblown_globe',
    name: 'Unblown Globe',
    description: 'Glass that has not decided yet.',
    kind: 'orb',
    level: 202,
    ratings: ['haste', 'focus'],
    from: 'glass_warden',
  },
  {
    id: 'coal_that_sings',
    name: 'Coal that Sings',
    description: 'Only the low notes.',
    kind: 'orb',
    level: 196,
    ratings: ['crit', 'might'],
    from: 'ashen_choir',
  },
  {
    id: 'guildwrought_orb',
    name: 'Guildwrought Orb',
    description: 'Plain, and pays for itself.',
    kind: 'orb',
    level: 186,
    ratings: ['might', 'haste'],
    from: 'guild_forge',
  },
];

function weapon({ kind, level, ratings, from, ...rest }: Row): ItemDefinition {
  const slot = SLOT[kind];
  const speed = SPEED[kind];
  const mean = (level * DAMAGE_PER_LEVEL * speed) / MS_PER_SECOND;
  const twice = slot === 'two_hand' ? 1.5 : 1;
  return {
    ...rest,
    slot,
    level,
    stats: statsOf(slot, level, ratings),
    weapon: {
      kind,
      min: Math.round(mean * twice * (1 - SPREAD)),
      max: Math.round(mean * twice * (1 + SPREAD)),
      speed,
    },
    from: [from],
  };
}

export const weapons: readonly ItemDefinition[] = ROWS.map(weapon);
