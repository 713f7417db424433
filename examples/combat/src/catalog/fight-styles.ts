import type { FightStyleDefinition } from './model.ts';

const ONE = { usual: 1, min: 1, max: 1 };

export const fightStyles: readonly FightStyleDefinition[] = [
  {
    id: 'patchwork',
    name: 'Patchwork',
    description: 'One target that stands still.',
    targets: ONE,
    health: 100,
  },
  {
    id: 'cleave',
    name: 'Cleave',
    description: 'Several targets side by side from beginning to end.',
    targets: { usual: 3, min: 2, max: 8 },
    health: 100,
  },
  {
    id: 'adds',
    name: 'Adds',
    description:
      'One target, and waves of more: the first after 15 s, then every 45 s, for 15 s each.',
    targets: { usual: 5, min: 2, max: 8 },
    health: 100,
    waves: { first: 15_000, every: 45_000, last: 15_000 },
  },
  {
    id: 'movement',
    name: 'Movement',
    description:
      'One target; after 12 s and then every 30 s you have to move for 5 s: no casts, no auto-attacks.',
    targets: ONE,
    health: 100,
    moves: { first: 12_000, every: 30_000, last: 5000 },
  },
  {
    id: 'execute',
    name: 'Execute',
    description: 'The end of a fight: one target that begins at 35 % of its health.',
    targets: ONE,
    health: 35,
  },
];
