/** Digits and capitals that nobody mistakes for one another when a room is read out: no 0 O, 1 I L. */
const ALPHABET = '23456789ABCDEFGHJKMNPQRSTUVWXYZ';

/** How long the id of a room is. */
const LENGTH = 6;

/** A random id such as `K7M2XQ`. @param random a whole number from 0 below its argument */
export function roomId(random: (below: number) => number): string {
  return Array.from({ length: LENGTH }, () => ALPHABET[random(ALPHABET.length)]).join('');
}
