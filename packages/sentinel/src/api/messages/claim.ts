import type { ClaimCodeRequest, ClaimTokenReply, ClaimTokenRequest } from '@belfry/protocol';
import { z } from 'zod';
import { access, pool, time } from './parts.ts';

/** For how long a claim token is good, in ms. */
export const CLAIM_TTL: { readonly default: number; readonly max: number } = {
  default: 3_600_000,
  max: 2_592_000_000,
};

export const claimTokenRequest: z.ZodType<ClaimTokenRequest> = z.strictObject({
  pool: pool.exactOptional(),
  access: access.exactOptional(),
  ttlMs: z.int().min(1_000).max(CLAIM_TTL.max).exactOptional().meta({
    description: 'For how long it is good, in ms. Default one hour.',
  }),
  trusted: z.boolean().exactOptional().meta({
    description:
      'Results of the nodes count from the start. Needs the token of an operator. Default false.',
  }),
});

export const claimTokenReply: z.ZodType<ClaimTokenReply> = z.object({
  claim: z.string().meta({ description: 'For `belfry node --claim`.' }),
  expiresAt: time,
});

export const claimCodeRequest: z.ZodType<ClaimCodeRequest> = z.strictObject({
  code: z.string().min(1).max(40).meta({ description: 'What the node shows, e.g. `K7QF-3MZ2`.' }),
  pool: pool.exactOptional(),
  access: access.exactOptional(),
});
