/** Every way to wear what is owned fights against all others; more than this are refused. */
export const MAX_COMBINATIONS = 2_000;
