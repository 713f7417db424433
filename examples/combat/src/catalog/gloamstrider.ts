import type { ClassDefinition } from './model.ts';

const FINISHERS = ['nightfall_edge', 'hour_of_thorns', 'dusk_dance', 'eclipse_fan'];
const THORNS = ['thorn_lash', 'hour_of_thorns'];

/** Fights with two blades: vigor comes back by itself, strikes pay with it for omens, finishers turn all omens into damage. */
export const gloamstrider: ClassDefinition = {
  id: 'gloamstrider',
  name: 'Gloamstrider',
  description:
    'A duellist of the hour between day and night. Strikes cost vigor, which comes back by itself, and read omens; finishers spend all omens at once.',
  gcd: { ms: 1000, hasted: false },
  swings: true,
  wields: { mainHand: ['blade', 'greatblade'], offHand: ['blade'] },
  focus: {
    description: 'More damage of Thorn Lash and of all finishers.',
    of: ['thorn_lash', 'nightfall_edge', 'hour_of_thorns', 'eclipse_fan'],
  },
  resources: [
    {
      id: 'vigor',
      name: 'Vigor',
      description: 'Comes back by itself, faster with haste.',
      max: 100,
      start: 100,
      regen: 10,
    },
    {
      id: 'omens',
      name: 'Omens',
      description: 'Read by strikes, spent by finishers, all at once.',
      max: 5,
      start: 0,
    },
  ],
  abilities: [
    {
      id: 'quick_cut',
      name: 'Quick Cut',
      description: 'A strike at one target. Reads an omen.',
      cost: { resource: 'vigor', amount: 40 },
      effects: [
        { type: 'damage', power: 1.35 },
        { type: 'gain', resource: 'omens', amount: 1 },
      ],
    },
    {
      id: 'thorn_lash',
      name: 'Thorn Lash',
      description: 'A strike that leaves thorns, which hurt for 15 s. Reads an omen.',
      cost: { resource: 'vigor', amount: 35 },
      effects: [
        { type: 'damage', power: 0.45 },
        { type: 'dot', dot: 'thorn_lash' },
        { type: 'gain', resource: 'omens', amount: 1 },
      ],
    },
    {
      id: 'nightfall_edge',
      name: 'Nightfall Edge',
      description: 'A finisher: one blow, the harder the more omens.',
      cost: { resource: 'vigor', amount: 25 },
      spends: 'omens',
      effects: [{ type: 'damage', power: 0.98, perSpent: true }],
    },
    {
      id: 'hour_of_thorns',
      name: 'Hour of Thorns',
      description: 'A finisher: a wound that hurts for 4 s, and 4 s more for each omen.',
      cost: { resource: 'vigor', amount: 25 },
      spends: 'omens',
      effects: [{ type: 'dot', dot: 'hour_of_thorns', msPerSpent: 4000 }],
    },
    {
      id: 'dusk_dance',
      name: 'Dusk Dance',
      description: 'A finisher: auto-attacks are 40 % faster for 6 s, and 6 s more for each omen.',
      cost: { resource: 'vigor', amount: 20 },
      spends: 'omens',
      effects: [{ type: 'buff', buff: 'dusk_dance', msPerSpent: 6000 }],
    },
    {
      id: 'veil_step',
      name: 'Veil Step',
      description:
        'Step out of sight: two omens, and the next strike is far more likely to be critical. Two charges.',
      gcd: false,
      cooldown: 40_000,
      charges: 2,
      effects: [
        { type: 'gain', resource: 'omens', amount: 2 },
        { type: 'buff', buff: 'veiled' },
      ],
    },
    {
      id: 'umbral_hour',
      name: 'Umbral Hour',
      description: '20 % more damage and half as much vigor again for 16 s.',
      gcd: false,
      cooldown: 120_000,
      effects: [{ type: 'buff', buff: 'umbral_hour' }],
    },
    {
      id: 'moth_swarm',
      name: 'Moth Swarm',
      description: 'A strike at all targets. Reads an omen for each of them, up to three.',
      cost: { resource: 'vigor', amount: 45 },
      effects: [
        { type: 'damage', power: 0.62, targets: 8 },
        { type: 'gain', resource: 'omens', amount: 1, perTarget: 3 },
      ],
    },
    {
      id: 'last_light',
      name: 'Last Light',
      description:
        'A heavy strike at a target below 20 % of its health, or at any while you have Glimmer. Reads an omen.',
      cost: { resource: 'vigor', amount: 30 },
      below: 20,
      effects: [
        { type: 'damage', power: 2.1 },
        { type: 'gain', resource: 'omens', amount: 1 },
      ],
    },
    {
      id: 'eclipse_fan',
      name: 'Eclipse Fan',
      description: 'A finisher: blades at all targets, the more the more omens.',
      cost: { resource: 'vigor', amount: 30 },
      spends: 'omens',
      effects: [{ type: 'damage', power: 0.5, targets: 8, perSpent: true }],
    },
    {
      id: 'second_breath',
      name: 'Second Breath',
      description: 'Sixty vigor at once.',
      gcd: false,
      cooldown: 60_000,
      effects: [{ type: 'gain', resource: 'vigor', amount: 60 }],
    },
    {
      id: 'marrow_toll',
      name: 'Marrow Toll',
      description: 'A blow that shakes: thorns hurt the target 25 % more for 12 s.',
      cost: { resource: 'vigor', amount: 15 },
      cooldown: 30_000,
      effects: [
        { type: 'damage', power: 0.9 },
        { type: 'dot', dot: 'marrow_toll' },
      ],
    },
  ],
  dots: [
    {
      id: 'thorn_lash',
      name: 'Thorn Lash',
      description: 'Hurts every 3 s for 15 s.',
      ms: 15_000,
      every: 3000,
      power: 0.5,
    },
    {
      id: 'hour_of_thorns',
      name: 'Hour of Thorns',
      description: 'Hurts every 2 s.',
      ms: 4000,
      every: 2000,
      power: 0.46,
    },
    {
      id: 'marrow_toll',
      name: 'Marrow Toll',
      description: 'Thorns hurt 25 % more.',
      ms: 12_000,
      every: 0,
      power: 0,
      vulnerable: { percent: 25, of: THORNS },
    },
  ],
  buffs: [
    {
      id: 'dusk_dance',
      name: 'Dusk Dance',
      description: 'Auto-attacks are 40 % faster.',
      ms: 6000,
      carries: true,
      modifiers: [{ type: 'swing', percent: 40 }],
    },
    {
      id: 'veiled',
      name: 'Veiled',
      description: 'The next strike has 60 points more chance of a critical hit.',
      ms: 8000,
      modifiers: [{ type: 'crit', percent: 60, of: ['quick_cut', 'last_light', 'moth_swarm'] }],
      consumedBy: ['quick_cut', 'last_light', 'moth_swarm'],
    },
    {
      id: 'umbral_hour',
      name: 'Umbral Hour',
      description: '20 % more damage, 50 % more vigor.',
      ms: 16_000,
      modifiers: [
        { type: 'damage', percent: 20 },
        { type: 'regen', resource: 'vigor', percent: 50 },
      ],
    },
    {
      id: 'glimmer',
      name: 'Glimmer',
      description: 'Last Light costs nothing and can be used at any target.',
      ms: 12_000,
      modifiers: [
        { type: 'unlock', of: ['last_light'] },
        { type: 'cost', percent: -100, of: ['last_light'] },
      ],
      consumedBy: ['last_light'],
    },
  ],
  procs: [
    {
      id: 'glimmer',
      name: 'Glimmer',
      description: 'Auto-attacks catch a Glimmer about three times a minute.',
      on: 'swing',
      perMinute: 3,
      effects: [{ type: 'buff', buff: 'glimmer' }],
    },
    {
      id: 'feeding_dark',
      name: 'Feeding Dark',
      description: 'Each tick of thorns has a chance of 15 % to give 8 vigor.',
      on: 'tick',
      of: THORNS,
      chance: 15,
      effects: [{ type: 'gain', resource: 'vigor', amount: 8 }],
    },
    {
      id: 'long_shadow',
      name: 'Long Shadow',
      description: 'Each finisher makes Veil Step ready 3 s sooner.',
      on: 'cast',
      of: FINISHERS,
      chance: 100,
      effects: [{ type: 'hasten', ability: 'veil_step', ms: 3000 }],
    },
  ],
  rotation: `# Thorns first, finishers at five omens, everything that is free at once.
let full = omens >= 5

cast umbral_hour if dot.thorn_lash.active and fight.remains > 8s
use trinket1 if buff.umbral_hour.active or cooldown.umbral_hour.remains > 20s
use trinket2 if buff.umbral_hour.active or cooldown.umbral_hour.remains > 20s
use main_hand
cast second_breath if vigor.deficit >= 65
cast veil_step if omens <= 3 and not buff.veiled.active

if targets >= 3 {
  cast eclipse_fan if full
  cast thorn_lash on any if dot.thorn_lash.refreshable and
      dot.thorn_lash.targets < 3 and
      fight.remains > 8s
  cast moth_swarm
}

cast marrow_toll if dot.thorn_lash.active and dot.hour_of_thorns.remains > 8s
cast dusk_dance if omens >= 4 and buff.dusk_dance.remains < 3s and fight.remains > 12s
cast hour_of_thorns on any if full and dot.hour_of_thorns.remains < 7s and fight.remains > 10s
cast nightfall_edge if full or omens >= 3 and fight.remains < 3s
cast last_light
cast thorn_lash on any if dot.thorn_lash.refreshable and fight.remains > 6s
# Keep some vigor, so that a finisher never waits.
cast quick_cut if vigor >= 55 or omens < 4
`,
};
