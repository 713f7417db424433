/** What the ids in results are called. Pure. */
import { catalog, findClass, type Powers } from '@belfry/example-combat';

const ATTACKS: ReadonlyMap<string, string> = new Map([
  ['auto_attack', 'Auto-attack'],
  ['off_hand_attack', 'Off-hand attack'],
]);

type Named = readonly { readonly id: string; readonly name: string }[];

function powersOf({ buffs = [], procs = [] }: Powers): Named {
  return [...buffs, ...procs];
}

/** All that items and sets bring into a fight, and the items. */
const BROUGHT: ReadonlyMap<string, string> = new Map(
  [
    ...catalog.sets.flatMap(({ bonuses }) => bonuses.flatMap(powersOf)),
    ...catalog.items.flatMap(powersOf),
    ...catalog.items,
  ].map(({ id, name }) => [id, name]),
);

const byClass = new Map<string, ReadonlyMap<string, string>>();

function ownNames(classId: string): ReadonlyMap<string, string> {
  const known = byClass.get(classId);
  if (known !== undefined) return known;
  const definition = findClass(classId);
  const lists: readonly Named[] =
    definition === undefined
      ? []
      : [
          definition.procs,
          definition.buffs,
          definition.dots,
          definition.resources,
          definition.abilities,
        ];
  const names = new Map(lists.flat().map(({ id, name }) => [id, name]));
  byClass.set(classId, names);
  return names;
}

/** The name of an ability, buff, item and so on, in a fight of that class. What nobody knows is called by its id. */
export function nameOf(id: string, classId: string): string {
  return ATTACKS.get(id) ?? ownNames(classId).get(id) ?? BROUGHT.get(id) ?? id;
}
