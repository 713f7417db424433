import type { SourceDefinition } from './model.ts';

export const sources: readonly SourceDefinition[] = [
  {
    id: 'hollow_bell',
    name: 'The Hollow Bell',
    description: 'A bell that rings by itself in a drowned tower.',
  },
  {
    id: 'thornmother',
    name: 'Ysmere, the Thornmother',
    description: 'What the hedge around the old orchard grew from.',
  },
  {
    id: 'ashen_choir',
    name: 'The Ashen Choir',
    description: 'Eleven voices and no singers.',
  },
  {
    id: 'undertide',
    name: 'Lord Varrick Undertide',
    description: 'He went down with his harbour and kept collecting its tolls.',
  },
  {
    id: 'glass_warden',
    name: 'The Glass Warden',
    description: 'Keeps the door of an observatory that nobody can find from outside.',
  },
  {
    id: 'last_lamplighter',
    name: 'The Last Lamplighter',
    description: 'Puts out what others have lit.',
  },
  {
    id: 'guild_forge',
    name: 'Guild forges',
    description: 'Made to order by the guilds of the harbour.',
  },
];
