const LENGTH = 8;

/** A code as somebody typed it (`k7qf 3mz2`), without its dash; `null`: it can be none. */
export function readClaimCode(typed: string): string | null {
  const letters = typed.toUpperCase().replaceAll(/[\s-]/g, '');
  return letters.length === LENGTH && /^[A-Z0-9]+$/.test(letters) ? letters : null;
}
