import { z } from 'zod';

/**
 * How much a node's results count. `lost`: it was outvoted, and has not earned trust since: only with one that was not. `none`: another has to
 * confirm them. `earned`: they count, and are checked now and then. `operator`: they count, also against others.
 */
export type Trust = 'lost' | 'none' | 'earned' | 'operator';

export const trust: z.ZodType<Trust> = z.enum(['lost', 'none', 'earned', 'operator']);

/** So many slots of a node are a job's from now on. */
export interface GrantChange {
  readonly node: string;
  readonly slots: number;
  readonly name: string;
  readonly owner: string;
  readonly trust: Trust;
  /** How fast it is, 1 being what is usual; `null`: nobody knows. */
  readonly speed: number | null;
  /** It has died or been removed: what it held comes to nothing. */
  readonly gone?: boolean;
}

export const grantChange: z.ZodType<GrantChange> = z.object({
  node: z.string(),
  slots: z.int().min(0),
  name: z.string(),
  owner: z.string(),
  trust,
  speed: z.number().nullable(),
  gone: z.boolean().optional(),
}) as z.ZodType<GrantChange>;
