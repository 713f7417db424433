import { z } from 'zod';
import type { Character, CharacterInput } from '../character/character.ts';
import { checkCharacter } from '../character/check.ts';

/** A character as a field of an input: whoever submits is told all that is wrong with it, and where. */
export const characterField: z.ZodType<Character, CharacterInput> = z
  .custom<CharacterInput>()
  .transform((value, context): Character => {
    const { character, problems } = checkCharacter(value);
    if (character !== null) return character;
    for (const { field, problem, fix } of problems) {
      const path = field === 'character' ? [] : field.split('.');
      context.addIssue({ code: 'custom', path, message: `${problem}; ${fix}` });
    }
    return z.NEVER;
  });
