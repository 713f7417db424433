import fc from 'fast-check';
import { catalog, slotsFor } from '../catalog/catalog.ts';
import type { ClassDefinition, Slot } from '../catalog/model.ts';
import { SLOTS } from '../catalog/model.ts';
import type { CharacterInput } from '../character/character.ts';
import { checkCharacter } from '../character/check.ts';

/** For tests: whatever items fit, in some of the slots. */
function gearOf(definition: ClassDefinition): fc.Arbitrary<Partial<Record<Slot, string>>> {
  const bySlot = SLOTS.map((slot) => {
    const fitting = catalog.items.filter((item) => slotsFor(item, definition).includes(slot));
    return [slot, fc.option(fc.constantFrom(...fitting.map(({ id }) => id)), { nil: undefined })];
  });
  const all = Object.fromEntries(bySlot) as Record<Slot, fc.Arbitrary<string | undefined>>;
  return fc
    .record(all)
    .map(
      (gear) =>
        Object.fromEntries(Object.entries(gear).filter(([, id]) => id !== undefined)) as Partial<
          Record<Slot, string>
        >,
    );
}

/** For tests: somebody who can be simulated, of any class, with any gear, in any style, for half a minute to two. */
export const arbitraryCharacter: fc.Arbitrary<CharacterInput> = fc
  .constantFrom(...catalog.classes)
  .chain((definition) =>
    fc.record({
      class: fc.constant(definition.id),
      level: fc.integer({ min: 1, max: 60 }),
      gear: gearOf(definition),
      bonus: fc.record({
        haste: fc.nat(3000),
        crit: fc.nat(3000),
        focus: fc.nat(3000),
        might: fc.nat(3000),
      }),
      style: fc.constantFrom(...catalog.fightStyles.map(({ id }) => id)),
      duration: fc.integer({ min: 30, max: 120 }),
      variation: fc.constantFrom(0, 10, 50),
    }),
  )
  .filter((character) => checkCharacter(character).problems.length === 0);
