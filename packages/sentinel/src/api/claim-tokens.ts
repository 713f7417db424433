import { errors, jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import type { NodeClaim } from '../messages/node-messages.ts';
import { access, pool } from './messages/parts.ts';

/** Nothing else that is signed with the deployment's secrets is for it. */
const AUDIENCE = 'belfry-fleet-claim';

const payload: z.ZodType<NodeClaim> = z.object({
  owner: z.string().min(1),
  pool,
  access,
  trusted: z.boolean(),
  issuedAt: z.number(),
});

/** Signs what makes nodes somebody's, and reads what was signed. */
export interface ClaimTokens {
  sign(
    claim: NodeClaim,
    when: { readonly now: number; readonly ttlMs: number },
  ): Promise<{ readonly claim: string; readonly expiresAt: number }>;
  /** `null`: it is not ours, or has run out. */
  read(token: string, now: number): Promise<NodeClaim | null>;
}

/** @param key 32 bytes, the same in every process and for nothing else */
export function createClaimTokens(key: Uint8Array): ClaimTokens {
  return {
    async sign(claim, { now, ttlMs }) {
      const expires = Math.floor((now + ttlMs) / 1_000);
      const token = await new SignJWT({ ...claim, issuedAt: now })
        .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
        .setAudience(AUDIENCE)
        .setIssuedAt(Math.floor(now / 1_000))
        .setExpirationTime(expires)
        .sign(key);
      return { claim: token, expiresAt: expires * 1_000 };
    },
    async read(token, now) {
      try {
        const verified = await jwtVerify(token, key, {
          algorithms: ['HS256'],
          audience: AUDIENCE,
          currentDate: new Date(now),
          requiredClaims: ['exp'],
        });
        return payload.safeParse(verified.payload).data ?? null;
      } catch (error) {
        if (error instanceof errors.JOSEError) return null;
        throw error;
      }
    },
  };
}
