import type {
  NodeCapabilities,
  RegisterReply,
  RegisterRequest,
  TokenReply,
} from '@belfry/protocol';
import { z } from 'zod';
import { nodeTimes, time } from './parts.ts';

const capabilities: z.ZodType<NodeCapabilities> = z.object({
  slots: z.int().min(1).max(1_024).meta({ description: 'How many chunks at once.' }),
  runtime: z.string().min(1).max(32),
  platform: z.string().max(64),
  version: z.string().max(64),
  simulations: z.array(z.string().max(32)).max(100).exactOptional().meta({
    description:
      'Those that it has code for by itself. Default: it takes the code from here and runs any.',
  }),
});

export const registerRequest: z.ZodType<RegisterRequest> = z.object({
  publicKey: z
    .string()
    .regex(/^[A-Za-z0-9_-]{43}$/, 'is not the 32 bytes of an Ed25519 key in base64url')
    .meta({ description: 'Ed25519, 32 bytes in base64url; the request is signed with it.' }),
  name: z.string().min(1).max(64).meta({ description: 'For people.' }),
  capabilities,
  claim: z.string().max(4_096).exactOptional().meta({ description: 'A claim token.' }),
});

export const registerReply: z.ZodType<RegisterReply> = z.object({
  node: z.string(),
  status: z.enum(['claimed', 'unclaimed']),
  code: z.string().exactOptional().meta({ description: 'For its owner to type.' }),
  codeExpiresAt: time.exactOptional(),
  pool: z.string().exactOptional(),
  times: nodeTimes,
});

export const tokenReply: z.ZodType<TokenReply> = z.object({
  token: z.string().meta({ description: 'For the Beacon; the user is `node:<id>`.' }),
  expiresAt: time,
});
