import { catalog, findClass, findSource, slotsFor } from '../catalog/catalog.ts';
import type { ClassDefinition, ItemDefinition, Slot } from '../catalog/model.ts';
import type { Character } from '../character/character.ts';
import { gearProblems } from '../character/check.ts';
import { CombatError } from '../combat-error.ts';
import { suggestion } from '../rotation/suggest.ts';
import { gearId } from './combinations.ts';
import type { Gear } from './combinations.ts';

/** One drop, worn in one of the slots it goes into, with all else as it is. */
export interface DropCandidate {
  /** Stands for what is worn. */
  readonly id: string;
  readonly item: string;
  readonly slot: Slot;
  readonly gear: Gear;
}

/**
 * Everything that a source drops for a character's class, once for each slot it may go into. What is worn already, or cannot be worn with the rest, is left
 * out. Which slot is best is known when all have been simulated.
 *
 * @param sourceId a source, or `all`: drops of all sources
 *
 * Throws a CombatError when there is no such class or source.
 */
export function dropCandidates(
  character: Pick<Character, 'class' | 'gear'>,
  sourceId: string,
): DropCandidate[] {
  const definition = findClass(character.class);
  if (definition === undefined) {
    const problem = `there is no class "${character.class}"`;
    throw new CombatError([{ field: 'class', problem, fix: 'see the list of classes' }]);
  }
  if (sourceId !== 'all' && findSource(sourceId) === undefined) {
    const known = [...catalog.sources.map(({ id }) => id), 'all'];
    const fix = suggestion(sourceId, known, `give one of ${known.join(', ')}`);
    throw new CombatError([{ field: 'source', problem: `there is no source "${sourceId}"`, fix }]);
  }
  return catalog.items
    .filter(({ from }) => sourceId === 'all' || from.includes(sourceId))
    .flatMap((item) => placesOf(item, character.gear, definition));
}

function placesOf(item: ItemDefinition, gear: Gear, definition: ClassDefinition): DropCandidate[] {
  return slotsFor(item, definition).flatMap((slot) => {
    if (gear[slot] === item.id) return [];
    const worn = withItem(gear, item, slot);
    if (gearProblems(worn, definition).length > 0) return [];
    return [{ id: gearId(worn), item: item.id, slot, gear: worn }];
  });
}

/** What takes both hands empties the other one. */
function withItem(gear: Gear, item: ItemDefinition, slot: Slot): Gear {
  const rest = { ...gear };
  const mainHand = catalog.items.find(({ id }) => id === gear.main_hand);
  if (item.slot === 'two_hand') delete rest.off_hand;
  if (slot === 'off_hand' && mainHand?.slot === 'two_hand') delete rest.main_hand;
  return { ...rest, [slot]: item.id };
}
