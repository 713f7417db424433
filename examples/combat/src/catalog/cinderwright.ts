import type { ClassDefinition } from './model.ts';

/** Casts: darts and brands make heat, bolts and rings let it go. */
export const cinderwright: ClassDefinition = {
  id: 'cinderwright',
  name: 'Cinderwright',
  description:
    'A smith of fire who works at a distance. Small spells make heat, great ones let it go; brands smoulder in between.',
  gcd: { ms: 1500, hasted: true },
  swings: false,
  wields: { mainHand: ['wand', 'staff'], offHand: ['orb'] },
  focus: {
    description: 'More damage of Slag Bolt, Pyre Ring, Brand and Molten Tide.',
    of: ['slag_bolt', 'pyre_ring', 'brand', 'molten_tide'],
  },
  resources: [
    {
      id: 'heat',
      name: 'Heat',
      description: 'Made by small spells, let go by great ones. Does not change by itself.',
      max: 100,
      start: 0,
    },
  ],
  abilities: [
    {
      id: 'ember_dart',
      name: 'Ember Dart',
      description: 'A small spell at one target. Makes 9 heat.',
      cast: 1700,
      effects: [
        { type: 'damage', power: 1.05 },
        { type: 'gain', resource: 'heat', amount: 9 },
      ],
    },
    {
      id: 'slag_bolt',
      name: 'Slag Bolt',
      description: 'A great spell at one target. With Kindled it is instant and costs half.',
      cast: 2400,
      cost: { resource: 'heat', amount: 40 },
      effects: [{ type: 'damage', power: 3.6 }],
    },
    {
      id: 'brand',
      name: 'Brand',
      description: 'A mark that smoulders for 18 s. Makes 4 heat.',
      effects: [
        { type: 'damage', power: 0.25 },
        { type: 'dot', dot: 'brand' },
        { type: 'gain', resource: 'heat', amount: 4 },
      ],
    },
    {
      id: 'cinderfall',
      name: 'Cinderfall',
      description: 'Instant, two charges. Makes 12 heat.',
      cooldown: 9000,
      charges: 2,
      effects: [
        { type: 'damage', power: 1.25 },
        { type: 'gain', resource: 'heat', amount: 12 },
      ],
    },
    {
      id: 'furnace_heart',
      name: 'Furnace Heart',
      description: 'Everything is 25 % faster for 20 s.',
      gcd: false,
      cooldown: 90_000,
      effects: [{ type: 'buff', buff: 'furnace_heart' }],
    },
    {
      id: 'pyre_ring',
      name: 'Pyre Ring',
      description: 'A great spell at all targets.',
      cost: { resource: 'heat', amount: 35 },
      effects: [{ type: 'damage', power: 1.35, targets: 8 }],
    },
    {
      id: 'ashen_lance',
      name: 'Ashen Lance',
      description:
        'At a target below 25 % of its health, or at any while you are White-hot. Makes 8 heat.',
      cast: 1400,
      below: 25,
      effects: [
        { type: 'damage', power: 1.85 },
        { type: 'gain', resource: 'heat', amount: 8 },
      ],
    },
    {
      id: 'molten_tide',
      name: 'Molten Tide',
      description: 'The ground under all targets melts for 9 s.',
      cast: 1800,
      cooldown: 24_000,
      effects: [{ type: 'dot', dot: 'molten_tide', targets: 8 }],
    },
    {
      id: 'stoke',
      name: 'Stoke',
      description: 'Forty heat at once, and the next great spell does 30 % more damage.',
      gcd: false,
      cooldown: 40_000,
      effects: [
        { type: 'gain', resource: 'heat', amount: 40 },
        { type: 'buff', buff: 'stoked' },
      ],
    },
    {
      id: 'white_stream',
      name: 'White Stream',
      description: 'A channel of 3 s, six blows at one target; each makes 2 heat.',
      channel: { ms: 3000, ticks: 6 },
      cooldown: 20_000,
      effects: [
        { type: 'damage', power: 0.52 },
        { type: 'gain', resource: 'heat', amount: 2 },
      ],
    },
    {
      id: 'kiln_sprite',
      name: 'Kiln Sprite',
      description: 'A sprite fights at your side for 20 s.',
      cooldown: 60_000,
      effects: [{ type: 'buff', buff: 'kiln_sprite' }],
    },
    {
      id: 'quench',
      name: 'Quench',
      description:
        'All that a Brand would still do is done at once, and 40 % more. The Brand is gone.',
      cooldown: 30_000,
      effects: [{ type: 'detonate', dot: 'brand', percent: 140 }],
    },
  ],
  dots: [
    {
      id: 'brand',
      name: 'Brand',
      description: 'Hurts every 2 s for 18 s. Each tick may kindle you.',
      ms: 18_000,
      every: 2000,
      power: 0.36,
    },
    {
      id: 'molten_tide',
      name: 'Molten Tide',
      description: 'Hurts every second for 9 s.',
      ms: 9000,
      every: 1000,
      power: 0.24,
    },
  ],
  buffs: [
    {
      id: 'kindled',
      name: 'Kindled',
      description: 'The next Slag Bolt is instant and costs half. Two stacks.',
      ms: 15_000,
      stacks: 2,
      modifiers: [
        { type: 'cast', percent: -100, of: ['slag_bolt'] },
        { type: 'cost', percent: -50, of: ['slag_bolt'] },
      ],
      consumedBy: ['slag_bolt'],
    },
    {
      id: 'white_hot',
      name: 'White-hot',
      description: 'The next Ashen Lance can be cast at any target and is instant.',
      ms: 12_000,
      modifiers: [
        { type: 'unlock', of: ['ashen_lance'] },
        { type: 'cast', percent: -100, of: ['ashen_lance'] },
      ],
      consumedBy: ['ashen_lance'],
    },
    {
      id: 'furnace_heart',
      name: 'Furnace Heart',
      description: '25 % faster.',
      ms: 20_000,
      modifiers: [{ type: 'haste', percent: 25 }],
    },
    {
      id: 'stoked',
      name: 'Stoked',
      description: 'The next Slag Bolt or Pyre Ring does 30 % more damage.',
      ms: 10_000,
      modifiers: [{ type: 'damage', percent: 30, of: ['slag_bolt', 'pyre_ring'] }],
      consumedBy: ['slag_bolt', 'pyre_ring'],
    },
    {
      id: 'kiln_sprite',
      name: 'Kiln Sprite',
      description: 'A sprite strikes every 2 s.',
      ms: 20_000,
      pulse: { ms: 2000, effects: [{ type: 'damage', power: 0.5 }] },
    },
  ],
  procs: [
    {
      id: 'kindled',
      name: 'Kindled',
      description: 'Each tick of a Brand has a chance of 12 % to kindle you.',
      on: 'tick',
      of: ['brand'],
      chance: 12,
      effects: [{ type: 'buff', buff: 'kindled' }],
    },
    {
      id: 'white_hot',
      name: 'White-hot',
      description:
        'Critical hits of Ember Dart, Slag Bolt and Cinderfall make you White-hot, about four times a minute at most.',
      on: 'crit',
      of: ['ember_dart', 'slag_bolt', 'cinderfall'],
      perMinute: 4,
      cooldown: 4000,
      effects: [{ type: 'buff', buff: 'white_hot' }],
    },
    {
      id: 'fanned',
      name: 'Fanned',
      description: 'A Slag Bolt makes the Brand on its target last 2 s longer.',
      on: 'cast',
      of: ['slag_bolt'],
      chance: 100,
      effects: [{ type: 'extend', dot: 'brand', ms: 2000 }],
    },
  ],
  rotation: `# Keep the Brand alight, never let heat run over, spend Kindled before it is gone.
let hot = heat >= 90

cast furnace_heart if dot.brand.active and fight.remains > 10s
use trinket1 if buff.furnace_heart.active or cooldown.furnace_heart.remains > 20s
use trinket2 if buff.furnace_heart.active or cooldown.furnace_heart.remains > 20s
use main_hand
cast stoke if heat < 60 and not buff.stoked.active

if moving {
  cast slag_bolt if buff.kindled.active
  cast ashen_lance if buff.white_hot.active
  cast cinderfall
  cast brand on any if dot.brand.remains < 8s
}

cast brand on any if dot.brand.refreshable and dot.brand.targets < 4 and fight.remains > 6s
cast kiln_sprite if fight.remains > 8s

if targets >= 3 {
  cast molten_tide
  cast pyre_ring if buff.stoked.active or heat >= 60
}

cast slag_bolt if buff.kindled.stacks >= 2 or buff.kindled.active and buff.kindled.remains < 4s
cast slag_bolt if hot or buff.stoked.active
cast ashen_lance
cast molten_tide if fight.remains > 6s
cast quench if dot.brand.remains > 14s and fight.remains > 4s
cast white_stream if heat <= 80
cast slag_bolt if heat >= 70 or buff.kindled.active
cast cinderfall if heat <= 88
cast ember_dart
`,
};
