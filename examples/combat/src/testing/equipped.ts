import { catalog, slotsFor } from '../catalog/catalog.ts';
import type { ClassDefinition } from '../catalog/model.ts';
import { SLOTS } from '../catalog/model.ts';
import type { CharacterInput } from '../character/character.ts';
import { checkCharacter } from '../character/check.ts';

/** For tests and benchmarks: somebody of a class with something in every slot, and something else in each for another `turn`. */
export function equipped(definition: ClassDefinition, turn: number): CharacterInput {
  let character: CharacterInput = { class: definition.id, gear: {} };
  for (const slot of SLOTS) {
    const fitting = catalog.items.filter((item) => slotsFor(item, definition).includes(slot));
    const turned = [...fitting.slice(turn), ...fitting.slice(0, turn)];
    const worn = turned
      .map(({ id }) => ({ ...character, gear: { ...character.gear, [slot]: id } }))
      .find((candidate) => checkCharacter(candidate).problems.length === 0);
    character = worn ?? character;
  }
  return character;
}
